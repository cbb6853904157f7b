package io.caudal.analytics.report;

import java.util.List;
import java.util.stream.Stream;

/** All that is looked for. A rule is an entry in one of these lists, and a test. */
final class Rules {
  static final List<Rule> ALL =
      Stream.of(JobRules.ALL, EngineRules.ALL, KvRules.ALL).flatMap(List::stream).toList();

  private Rules() {}

  static List<Finding> findings(Figures figures) {
    return ALL.stream()
        .filter(rule -> rule.applies().test(figures))
        .map(rule -> rule.finding(figures))
        .toList();
  }
}
