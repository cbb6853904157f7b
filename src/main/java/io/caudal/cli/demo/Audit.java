package io.caudal.cli.demo;

import io.caudal.protocol.Result;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Compares what was asked with all that the results topic holds. */
final class Audit {
  private Audit() {}

  static DemoReport of(
      Collection<Asked> asked,
      List<Result> resultsTopic,
      ReferenceAnswers reference,
      long killNanos,
      long recoveredNanos) {
    Map<String, List<Result>> committed =
        resultsTopic.stream().collect(Collectors.groupingBy(Result::requestId));
    Map<String, Result> first = new HashMap<>();
    int duplicated = 0;
    for (Asked request : asked) {
      List<Result> results = committed.getOrDefault(request.requestId(), List.of());
      if (!results.isEmpty()) {
        first.put(request.requestId(), results.get(0));
        duplicated += results.size() - 1;
      }
    }
    List<Result> answered =
        first.values().stream().filter(result -> result.failure() == null).toList();
    List<Asked> recalls = asked.stream().filter(a -> a.turn().fact() != null).toList();
    List<Double> ttft =
        asked.stream().map(a -> (a.firstPieceNanos() - a.sentNanos()) / 1e6).sorted().toList();
    long recovery = recoveredNanos - killNanos;
    int tokens = answered.stream().mapToInt(result -> result.usage().completionTokens()).sum();
    return new DemoReport(
        asked.size(),
        answered.size(),
        asked.size() - first.size(),
        duplicated,
        recalls.size(),
        (int) recalls.stream().filter(a -> recalled(a, first)).count(),
        answered.stream().mapToInt(result -> result.usage().promptTokens()).sum(),
        answered.stream().mapToInt(result -> result.usage().cachedTokens()).sum(),
        percentile(ttft, 0.50),
        percentile(ttft, 0.95),
        tokens / (Math.max(1, busyNanos(asked) - recovery) / 1e9),
        recovery / 1e6,
        (int) asked.stream().filter(Asked::wasInterrupted).count(),
        wrong(asked, first, reference),
        (int) asked.stream().filter(a -> streamDiffers(a, first)).count(),
        tokens);
  }

  private static boolean recalled(Asked asked, Map<String, Result> results) {
    Result result = results.get(asked.requestId());
    String fact = asked.turn().fact();
    return result != null && fact != null && result.text().contains(fact);
  }

  /** Whether the pieces a reader saw add up to something else than the result. */
  private static boolean streamDiffers(Asked asked, Map<String, Result> results) {
    Result result = results.get(asked.requestId());
    return result != null && result.failure() == null && !result.text().equals(asked.text());
  }

  private static int wrong(
      Collection<Asked> asked, Map<String, Result> results, ReferenceAnswers reference) {
    Map<String, List<Asked>> conversations =
        asked.stream()
            .collect(Collectors.groupingBy(Asked::name, LinkedHashMap::new, Collectors.toList()));
    int wrong = 0;
    for (Map.Entry<String, List<Asked>> conversation : conversations.entrySet()) {
      List<Turn> turns = conversation.getValue().stream().map(Asked::turn).toList();
      List<String> right = reference.answers(conversation.getKey(), turns);
      for (int i = 0; i < turns.size(); i++) {
        Result result = results.get(conversation.getValue().get(i).requestId());
        if (result != null && !result.text().equals(right.get(i))) {
          wrong++;
        }
      }
    }
    return wrong;
  }

  /** Time during which at least one request was on its way. */
  private static long busyNanos(Collection<Asked> asked) {
    List<Asked> bySending = new ArrayList<>(asked);
    bySending.sort(Comparator.comparingLong(Asked::sentNanos));
    long busy = 0;
    long end = Long.MIN_VALUE;
    for (Asked request : bySending) {
      long from = Math.max(request.sentNanos(), end);
      busy += Math.max(0, request.lastPieceNanos() - from);
      end = Math.max(end, request.lastPieceNanos());
    }
    return busy;
  }

  /** Nearest rank; 0 for none. */
  private static double percentile(List<Double> sorted, double share) {
    return sorted.isEmpty() ? 0 : sorted.get((int) Math.ceil(share * sorted.size()) - 1);
  }
}
