package io.caudal.adapt;

import java.util.List;
import java.util.stream.Stream;

/** All rules; of those that apply, the first one has its way. A rule is an entry in a list. */
final class Rules {
  static final List<Rule> ALL =
      Stream.of(LatencyRules.ALL, MemoryRules.ALL, WorkRules.ALL).flatMap(List::stream).toList();

  private Rules() {}
}
