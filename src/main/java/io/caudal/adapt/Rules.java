package io.caudal.adapt;

import java.util.List;
import java.util.stream.Stream;

/**
 * All rules; of those that apply, the first one has its way. A rule is an entry in a list. Memory
 * comes first: KV that is not at hand is computed again, which looks like slow prefill or long
 * steps, and no schedule cures.
 */
final class Rules {
  static final List<Rule> ALL =
      Stream.of(MemoryRules.ALL, LatencyRules.ALL, WorkRules.ALL).flatMap(List::stream).toList();

  private Rules() {}
}
