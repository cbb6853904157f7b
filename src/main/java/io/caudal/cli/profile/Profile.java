package io.caudal.cli.profile;

import io.caudal.metrics.Timeline;
import io.caudal.metrics.Timeline.Span;
import io.caudal.protocol.MetricsRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The spans of a time, by TaskManager.
 *
 * @param spans by TaskManager's id
 */
public record Profile(Map<String, List<Span>> spans) {

  /** Those that began then or later. */
  public static Profile of(List<MetricsRecord> records, long sinceMillis) {
    Map<String, List<Span>> spans = new TreeMap<>();
    for (MetricsRecord record : records) {
      for (Span span : Timeline.decode(record.details().timeline())) {
        if (span.startMicros() >= sinceMillis * 1_000) {
          spans.computeIfAbsent(record.about().taskManager(), id -> new ArrayList<>()).add(span);
        }
      }
    }
    return new Profile(spans);
  }

  public boolean isEmpty() {
    return spans.isEmpty();
  }

  /** How many spans there are. */
  public int size() {
    return spans.values().stream().mapToInt(List::size).sum();
  }
}
