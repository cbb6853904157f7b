package io.caudal.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says what is wrong with what the topics hold. It knows the wire's JSON and its rules, and none of
 * the job's code: every request has exactly one result; a session's results are in the order of its
 * requests; an answer is the one that the undisturbed sessions got to the same history; the pieces
 * of a stream end with the result's text; at its end a session with an answered turn is in state.
 *
 * <p>A session is undisturbed if its name starts with {@value #UNDISTURBED}.
 */
final class Checker {
  static final String UNDISTURBED = "undisturbed-";

  private record Answer(String text, String finish, int promptTokens, int completionTokens) {
    static Answer of(SeenResult result) {
      return new Answer(
          result.text(), result.finish(), result.promptTokens(), result.completionTokens());
    }
  }

  private final Evidence evidence;
  private final Findings findings = new Findings();
  private final Map<List<String>, Answer> known = new HashMap<>();
  private final Map<String, SeenResult> results = new HashMap<>();
  private final Map<String, Assembled> streams = new HashMap<>();

  private Checker(Evidence evidence) {
    this.evidence = evidence;
  }

  static Findings check(Evidence evidence) {
    Checker checker = new Checker(evidence);
    checker.count();
    evidence
        .pieces()
        .forEach(
            piece -> checker.streams.computeIfAbsent(piece.id(), id -> new Assembled()).add(piece));
    Map<String, List<SeenRequest>> sessions = new LinkedHashMap<>();
    for (SeenRequest request : checker.turns()) {
      sessions.computeIfAbsent(request.session(), session -> new ArrayList<>()).add(request);
    }
    sessions.forEach((name, all) -> checker.session(all, name.startsWith(UNDISTURBED), true));
    sessions.forEach((name, all) -> checker.session(all, name.startsWith(UNDISTURBED), false));
    new OddChecker(checker.findings, checker::toFirstTurn).check(evidence);
    return checker.findings;
  }

  private List<SeenRequest> turns() {
    return evidence.requests().stream().filter(one -> !OddChecker.isOdd(one.id())).toList();
  }

  private @Nullable String toFirstTurn(String said) {
    Answer answer = known.get(List.of(said));
    return answer == null ? null : answer.text();
  }

  /** One result a request, and no other results. */
  private void count() {
    Map<String, SeenRequest> requests = new HashMap<>();
    for (SeenRequest request : turns()) {
      if (requests.put(request.id(), request) != null) {
        throw new IllegalArgumentException("the load sent two requests with id " + request.id());
      }
    }
    findings.requests = requests.size();
    for (SeenResult result : evidence.results()) {
      if (OddChecker.isOdd(result.id())) {
        continue;
      }
      if (results.putIfAbsent(result.id(), result) != null) {
        findings.duplicated.add(result.id() + " at " + result.place());
      } else if (!requests.containsKey(result.id())) {
        findings.wrong.add("a result of nobody's request: " + result);
      }
    }
    requests.keySet().stream().filter(id -> !results.containsKey(id)).forEach(findings.lost::add);
  }

  /**
   * @param learn whether to take the undisturbed sessions' answers for known, else all are checked
   */
  private void session(List<SeenRequest> requests, boolean undisturbed, boolean learn) {
    if (learn && !undisturbed) {
      return;
    }
    List<String> history = new ArrayList<>();
    @Nullable SeenResult before = null;
    for (SeenRequest request : requests) {
      SeenResult result = results.get(request.id());
      if (result == null) {
        continue; // counted as lost; without its answer nothing after it can be judged alike
      }
      if (!learn) {
        inOrder(before, result);
        rightly(request, result, history);
      } else if (request.generates() && result.answered()) {
        List<String> all = new ArrayList<>(history);
        all.add(request.said());
        known.put(all, Answer.of(result));
      }
      if (request.generates() && result.answered()) {
        history.add(request.said());
      }
      before = result;
    }
  }

  private void inOrder(@Nullable SeenResult before, SeenResult result) {
    if (before != null
        && (before.place().partition() != result.place().partition()
            || before.place().offset() > result.place().offset())) {
      findings.reordered.add(result.id() + " is not behind " + before.id());
    }
  }

  private void rightly(SeenRequest request, SeenResult result, List<String> history) {
    if (!result.session().equals(request.session()) || result.repeated()) {
      findings.wrong.add("not the result of " + request + ": " + result);
    } else if (result.code().equals("deadline_exceeded") && request.hasDeadline()) {
      findings.shed++;
    } else if (!result.answered()) {
      findings.wrong.add(request.id() + " ended with " + result.code() + ": " + result);
    } else {
      findings.answered++;
      if (request.generates()) {
        compare(request, result, history);
      } else if (result.removed() != (history.isEmpty() ? 0 : 1)) {
        findings.wrong.add(
            request.id() + " found " + result.removed() + " sessions after " + history);
      }
    }
  }

  private void compare(SeenRequest request, SeenResult result, List<String> history) {
    List<String> all = new ArrayList<>(history);
    all.add(request.said());
    Answer right = known.get(all);
    if (right == null) {
      findings.wrong.add(request.id() + " has no known answer: " + all);
    } else if (!right.equals(Answer.of(result))) {
      findings.wrong.add(request.id() + " is " + Answer.of(result) + " and not " + right);
    } else if (result.turn() != all.size()) {
      findings.wrong.add(request.id() + " is turn " + result.turn() + " and not " + all.size());
    } else {
      findings.compared++;
    }
    boolean later = result.attempt() > ChaosCluster.PARALLELISM; // the first run's are 1 and 2
    if (later) {
      findings.continued++;
    }
    Assembled stream = streams.get(request.id());
    if (later && stream != null && stream.goesOn()) {
      findings.wentOn++;
    }
    if (stream == null || !stream.agreesWith(result)) {
      findings.streams.add(
          request.id() + " of attempt " + result.attempt() + ": " + result.text() + " | " + stream);
    }
  }
}
