package io.caudal.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A checker that passes everything would be worth nothing. */
class CheckerTest {
  private static final List<String> SAID = List.of("My name is Ann.", "Who am I?", "Thanks.");
  private static final List<String> ANSWERS = List.of("Hello, Ann.", "You are Ann.", "Welcome.");

  private final List<SeenRequest> requests = new ArrayList<>();
  private final List<SeenResult> results = new ArrayList<>();
  private final List<SeenPiece> pieces = new ArrayList<>();
  private final List<SeenBytes> unreadable = new ArrayList<>();
  private final List<SeenBytes> letters = new ArrayList<>();

  CheckerTest() {
    play("undisturbed-a");
    play("b");
  }

  private void play(String session) {
    for (int i = 0; i < SAID.size(); i++) {
      String id = session + "-" + i;
      requests.add(request(session, id, i, SAID.get(i), false));
      results.add(result(session, id, i, ANSWERS.get(i)));
      pieces.add(new SeenPiece(id, 1, 0, ANSWERS.get(i).substring(0, 3), false));
      pieces.add(new SeenPiece(id, 1, 1, ANSWERS.get(i).substring(3), false));
      pieces.add(new SeenPiece(id, 1, 2, "", true));
    }
  }

  private static SeenRequest request(
      String session, String id, long offset, String said, boolean deadline) {
    return new SeenRequest(new Place(0, offset), id, session, "generate", said, deadline);
  }

  private static SeenResult result(String session, String id, int index, String text) {
    return new SeenResult(
        new Place(0, index), id, session, "", text, "stop", index + 1, 7, 3, 1, false, 0);
  }

  private Findings check() {
    return Checker.check(new Evidence(requests, results, pieces, unreadable, letters));
  }

  @Test
  void a_good_run_is_clean() {
    Findings findings = check();
    assertThat(findings.problems()).isEmpty();
    assertThat(findings.requests).isEqualTo(6);
    assertThat(findings.compared).isEqualTo(6);
  }

  @Test
  void a_lost_result_is_found() {
    results.remove(4);
    assertThat(check().lost).containsExactly("b-1");
  }

  @Test
  void a_second_result_is_found() {
    results.add(results.get(4));
    assertThat(check().duplicated).hasSize(1).first().asString().contains("b-1");
  }

  @Test
  void another_text_is_found() {
    results.set(4, result("b", "b-1", 1, "You are Bob."));
    assertThat(check().wrong).hasSize(1).first().asString().contains("Bob", "Ann");
  }

  @Test
  void a_forgotten_turn_is_found() {
    results.set(5, result("b", "b-2", 1, ANSWERS.get(2)));
    assertThat(check().wrong).containsExactly("b-2 is turn 2 and not 3");
  }

  @Test
  void results_in_another_order_are_found() {
    SeenResult first = results.get(3);
    SeenResult second = results.get(4);
    results.set(3, moved(first, second.place()));
    results.set(4, moved(second, first.place()));
    assertThat(check().reordered).containsExactly("b-1 is not behind b-0");
  }

  private static SeenResult moved(SeenResult result, Place place) {
    return new SeenResult(
        place,
        result.id(),
        result.session(),
        result.code(),
        result.text(),
        result.finish(),
        result.turn(),
        result.promptTokens(),
        result.completionTokens(),
        result.attempt(),
        result.repeated(),
        result.removed());
  }

  @Test
  void a_session_that_is_not_in_state_at_its_end_is_found() {
    requests.add(new SeenRequest(new Place(0, 6), "b-3", "b", "end_session", "", false));
    SeenResult end = result("b", "b-3", 6, "");
    results.add(end);
    assertThat(check().wrong).hasSize(1).first().asString().contains("found 0 sessions");
  }

  @Test
  void an_answer_to_another_session_is_found() {
    results.set(4, result("undisturbed-a", "b-1", 1, ANSWERS.get(1)));
    assertThat(check().wrong).hasSize(1);
  }

  @Test
  void a_result_of_no_request_is_found() {
    results.add(result("b", "b-9", 9, "Hm?"));
    assertThat(check().wrong).hasSize(1).first().asString().contains("b-9");
  }

  @Test
  void a_history_that_was_never_undisturbed_is_found() {
    requests.set(5, request("b", "b-2", 5, "Bye.", false));
    assertThat(check().wrong).hasSize(1).first().asString().contains("no known answer");
  }

  @Test
  void an_error_is_wrong_unless_the_request_had_a_deadline() {
    results.set(5, shed());
    assertThat(check().wrong).hasSize(1).first().asString().contains("deadline_exceeded");
    requests.set(5, request("b", "b-2", 5, SAID.get(2), true));
    assertThat(check().problems()).isEmpty();
    assertThat(check().shed).isEqualTo(1);
  }

  private static SeenResult shed() {
    return new SeenResult(
        new Place(0, 2), "b-2", "b", "deadline_exceeded", "", "error", 0, 0, 0, 1, false, 0);
  }

  @Test
  void a_stream_without_its_last_piece_is_found() {
    pieces.removeIf(piece -> piece.id().equals("b-1") && piece.last());
    assertThat(check().streams).hasSize(1).first().asString().contains("not ended");
  }

  @Test
  void a_stream_with_another_text_is_found() {
    pieces.replaceAll(
        piece ->
            piece.id().equals("b-1") && piece.index() == 1
                ? new SeenPiece(piece.id(), 1, 1, "...", false)
                : piece);
    assertThat(check().streams).hasSize(1);
  }

  @Test
  void a_later_attempt_replaces_an_earlier_one_and_doubles_are_passed_over() {
    pieces.addAll(0, List.of(new SeenPiece("b-1", 0, 0, "You w", false)));
    pieces.addAll(new ArrayList<>(pieces));
    assertThat(check().problems()).isEmpty();
  }

  /** A request besides the sessions, and its result. */
  private void odd(String id, String said, String code, String text, boolean repeated) {
    requests.add(request("", id, requests.size(), said, false));
    results.add(
        new SeenResult(
            new Place(1, results.size()), id, "", code, text, "", 0, 7, 3, 1, repeated, 0));
  }

  @Test
  void other_kinds_of_requests_end_as_they_must() {
    String hello = ANSWERS.get(0);
    odd(OddRequests.REFUSED + 1, "", "bad_parameter", "", false);
    odd(OddRequests.LONE + 1, SAID.get(0), "", hello, false);
    odd(OddRequests.LONE + 2, SAID.get(0), "", hello, true);
    odd(OddRequests.AGAIN + 1, SAID.get(0), "", hello, false);
    odd(OddRequests.AGAIN + 1, SAID.get(0), "", hello, true);
    odd(OddRequests.STOPPED + 1, SAID.get(0), "cancelled", "Hel", false);
    odd(OddRequests.STOPPED + 2, SAID.get(0), "", hello, false);
    unreadable.add(new SeenBytes(new Place(2, 3), "AAAA"));
    letters.add(new SeenBytes(new Place(2, 3), "AAAA"));
    unreadable.add(named(4, OddRequests.UNREADABLE + 1));
    letters.add(named(4, OddRequests.UNREADABLE + 1));
    results.add(refused(OddRequests.UNREADABLE + 1));
    Findings findings = check();
    assertThat(findings.problems()).isEmpty();
    assertThat(findings.odd).isEqualTo(7);
    assertThat(findings.cancelled).isEqualTo(1);
    assertThat(findings.letters).isEqualTo(2);
  }

  /** A record that nobody can read but for its id. */
  private static SeenBytes named(long offset, String id) {
    byte[] value = ("{\"request_id\":\"" + id + "\",").getBytes(StandardCharsets.UTF_8);
    return new SeenBytes(new Place(2, offset), Base64.getEncoder().encodeToString(value));
  }

  private static SeenResult refused(String id) {
    return new SeenResult(
        new Place(1, 90), id, "odd", "bad_json", "", "error", 0, 0, 0, 0, false, 0);
  }

  @Test
  void a_record_that_names_itself_has_one_result_too() {
    unreadable.add(named(4, OddRequests.UNREADABLE + 1));
    letters.add(named(4, OddRequests.UNREADABLE + 1));
    assertThat(check().lost).containsExactly("odd-unreadable-1");
    results.add(refused(OddRequests.UNREADABLE + 1));
    assertThat(check().problems()).isEmpty();
    results.add(refused(OddRequests.UNREADABLE + 1));
    assertThat(check().duplicated).hasSize(1);
  }

  @Test
  void other_kinds_of_requests_that_end_otherwise_are_found() {
    odd(OddRequests.REFUSED + 1, "", "", "Hello", false);
    odd(OddRequests.LONE + 1, SAID.get(0), "", "Hm?", false);
    odd(OddRequests.LONE + 2, SAID.get(0), "cancelled", "", false);
    odd(OddRequests.STOPPED + 1, SAID.get(0), "timeout", "", false);
    assertThat(check().wrong).hasSize(4);
  }

  @Test
  void other_kinds_of_requests_that_end_too_often_or_never_are_found() {
    odd(OddRequests.AGAIN + 1, SAID.get(0), "", ANSWERS.get(0), false);
    odd(OddRequests.AGAIN + 1, SAID.get(0), "", ANSWERS.get(0), false);
    requests.add(request("", OddRequests.LONE + 1, 90, SAID.get(0), false));
    Findings findings = check();
    assertThat(findings.duplicated).hasSize(1).first().asString().contains("again-1");
    assertThat(findings.lost).containsExactly("odd-lone-1");
    results.remove(6);
    odd(OddRequests.AGAIN + 2, SAID.get(0), "", ANSWERS.get(0), true);
    odd(OddRequests.AGAIN + 2, SAID.get(0), "", ANSWERS.get(0), true);
    results.add(result("", OddRequests.LONE + 9, 9, "Hm?"));
    assertThat(check().wrong).hasSize(2);
  }

  @Test
  void dead_letters_that_are_missing_doubled_or_others_are_found() {
    unreadable.add(new SeenBytes(new Place(2, 3), "AAAA"));
    unreadable.add(new SeenBytes(new Place(2, 4), "BBBB"));
    letters.add(new SeenBytes(new Place(2, 3), "AAAA"));
    letters.add(new SeenBytes(new Place(2, 3), "AAAA"));
    letters.add(new SeenBytes(new Place(2, 4), "CCCC"));
    Findings findings = check();
    assertThat(findings.duplicated).hasSize(1);
    assertThat(findings.wrong).hasSize(1);
    assertThat(findings.lost).hasSize(1);
  }
}
