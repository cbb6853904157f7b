package io.caudal.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The part of a {@link Checker} that judges {@link OddRequests}: what is refused says why and is
 * not answered; what nobody can read is one dead letter with its bytes; what has no session is
 * answered as a session's first turn; what comes twice is answered as often, alike, once as
 * repeated; what is cancelled has ended as it would have, or as cancelled.
 */
final class OddChecker {
  private static final Pattern NAMED = Pattern.compile("\"request_id\":\"([^\"]+)\"");

  private final Findings findings;

  /** The known answer's text to a first turn that says so; null for none. */
  private final Function<String, @Nullable String> known;

  OddChecker(Findings findings, Function<String, @Nullable String> known) {
    this.findings = findings;
    this.known = known;
  }

  static boolean isOdd(String id) {
    return id.startsWith(OddRequests.PREFIX);
  }

  void check(Evidence evidence) {
    Map<String, Sent> all = new LinkedHashMap<>();
    for (SeenRequest request : evidence.requests()) {
      if (isOdd(request.id())) {
        all.computeIfAbsent(request.id(), id -> new Sent(request)).times++;
        findings.odd++;
      }
    }
    for (SeenBytes record : evidence.unreadable()) {
      String id = idOf(record);
      if (id != null) {
        SeenRequest known = new SeenRequest(record.place(), id, "", "unreadable", "", false);
        all.computeIfAbsent(id, unused -> new Sent(known)).times++;
      }
    }
    for (SeenResult result : evidence.results()) {
      Sent sent = all.get(result.id());
      if (sent != null) {
        count(sent, result);
        judge(sent.request, result);
      } else if (isOdd(result.id())) {
        findings.wrong.add("a result of nobody's request: " + result);
      }
    }
    for (Sent sent : all.values()) {
      if (sent.fresh + sent.repeated < sent.times) {
        findings.lost.add(sent.request.id());
      } else if (sent.fresh == 0 && sent.times > 1) {
        findings.wrong.add(sent.request.id() + " was answered as repeated only");
      }
    }
    letters(evidence.unreadable(), evidence.letters());
  }

  /** What the record calls itself, so that it is answered too; null if it doesn't. */
  private static @Nullable String idOf(SeenBytes record) {
    String text = new String(Base64.getDecoder().decode(record.base64()), UTF_8);
    Matcher named = NAMED.matcher(text);
    return named.find() ? named.group(1) : null;
  }

  /** A request, how often it was sent, and its results. */
  private static final class Sent {
    final SeenRequest request;
    int times;
    int fresh;
    int repeated;

    Sent(SeenRequest request) {
      this.request = request;
    }
  }

  private void count(Sent sent, SeenResult result) {
    if (result.repeated()) {
      sent.repeated++;
    } else {
      sent.fresh++;
    }
    if (sent.fresh > 1 || sent.fresh + sent.repeated > sent.times) {
      findings.duplicated.add(result.id() + " at " + result.place());
    }
  }

  private void judge(SeenRequest request, SeenResult result) {
    String id = result.id();
    if (id.startsWith(OddRequests.REFUSED)) {
      expect(result.code().equals("bad_parameter"), result, "not refused");
    } else if (id.startsWith(OddRequests.UNREADABLE)) {
      expect(result.code().equals("bad_json"), result, "not refused");
    } else if (id.startsWith(OddRequests.STOPPED) && result.code().equals("cancelled")) {
      findings.cancelled++;
    } else if (!result.answered()) {
      expect(false, result, "not answered");
    } else if (request.generates()) {
      expect(result.text().equals(known.apply(request.said())), result, "another text");
    }
  }

  private void expect(boolean right, SeenResult result, String problem) {
    if (!right) {
      findings.wrong.add(result.id() + ": " + problem + ": " + result);
    }
  }

  private void letters(List<SeenBytes> unreadable, List<SeenBytes> letters) {
    Map<Place, String> wanted = new HashMap<>();
    unreadable.forEach(one -> wanted.put(one.place(), one.base64()));
    Map<Place, Integer> found = new HashMap<>();
    for (SeenBytes letter : letters) {
      if (!letter.base64().equals(wanted.get(letter.place()))) {
        findings.wrong.add("a dead letter of nothing that was sent: " + letter);
      } else if (found.merge(letter.place(), 1, Integer::sum) > 1) {
        findings.duplicated.add("the dead letter of " + letter.place());
      }
    }
    findings.letters += found.size();
    for (Place place : new TreeSet<>(wanted.keySet())) {
      if (!found.containsKey(place)) {
        findings.lost.add("the dead letter of " + place);
      }
    }
  }
}
