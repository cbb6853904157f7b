package io.caudal.analytics;

import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.MetricsRecord.Device;
import java.util.Comparator;
import java.util.List;

/**
 * One subtask: its newest record, and those before it of the same run, oldest first.
 *
 * @param run the newest one included
 */
public record Member(MetricsRecord newest, List<MetricsRecord> run) {
  private static final int MISSED_WINDOWS = 3;
  private static final long GRACE_MILLIS = 5_000;

  /**
   * @param records of one subtask, at least one
   */
  static Member of(List<MetricsRecord> records) {
    List<MetricsRecord> sorted =
        records.stream().sorted(Comparator.comparingLong(MetricsRecord::windowEndMillis)).toList();
    MetricsRecord newest = sorted.get(sorted.size() - 1);
    List<MetricsRecord> run = sorted.stream().filter(r -> r.attempt() == newest.attempt()).toList();
    int begin = run.size() - 1;
    while (begin > 0 && !beginsAnew(run.get(begin - 1), run.get(begin))) {
      begin--;
    }
    return new Member(newest, run.subList(begin, run.size()));
  }

  /**
   * Whether counters have fallen: a job of another group may count attempts anew. Not where a clock
   * was set back, so that windows of one run overlap.
   */
  private static boolean beginsAnew(MetricsRecord before, MetricsRecord record) {
    return record.windowStartMillis() >= before.windowEndMillis()
        && before.counters().entrySet().stream()
            .anyMatch(
                counter ->
                    record.counters().getOrDefault(counter.getKey(), 0L) < counter.getValue());
  }

  /** Time since its newest report. */
  public long ageMillis(long nowMillis) {
    return Math.max(0, nowMillis - newest.windowEndMillis());
  }

  /** Whether it has missed several reports: then it doesn't run, or can't write to the topic. */
  public boolean isOverdue(long nowMillis) {
    long window = newest.windowEndMillis() - newest.windowStartMillis();
    return ageMillis(nowMillis) > MISSED_WINDOWS * window + GRACE_MILLIS;
  }

  /** Where its engine computes. */
  public Device device() {
    return newest.about().device();
  }

  /** As {@link #device}, for people. */
  public String deviceInWords() {
    String name = device().name();
    return name.isEmpty() ? "device not known" : name;
  }

  /** How a GPU is used, for people; empty where that isn't known. */
  public String gpuInWords() {
    double total = gauge("device_memory_total_bytes");
    return total <= 0
        ? ""
        : String.format(
            ", GPU memory %s of %s, busy %.0f %%",
            Text.bytes(gauge("device_memory_bytes")),
            Text.bytes(total),
            Math.max(0, gauge("device_utilization_percent")));
  }

  public long count(String counter) {
    return newest.counters().getOrDefault(counter, 0L);
  }

  public double gauge(String gauge) {
    return newest.gauges().getOrDefault(gauge, 0.0);
  }

  /** Those of its records whose windows lie within the last {@code millis} before its newest. */
  public List<MetricsRecord> within(long millis) {
    long begin = newest.windowEndMillis() - millis;
    List<MetricsRecord> inside =
        run.stream().filter(record -> record.windowStartMillis() >= begin).toList();
    return inside.isEmpty() ? List.of(newest) : inside;
  }

  /** How much a counter has grown in these windows. */
  public long growth(String counter, long millis) {
    MetricsRecord first = within(millis).get(0);
    int at = run.indexOf(first);
    // The first record of a run begins at 0.
    long before = at > 0 ? run.get(at - 1).counters().getOrDefault(counter, 0L) : 0;
    return count(counter) - before;
  }

  /** How much a gauge that only grows has grown in these windows; it need not begin at 0. */
  public double gaugeGrowth(String gauge, long millis) {
    MetricsRecord first = within(millis).get(0);
    int at = run.indexOf(first);
    MetricsRecord base = at > 0 ? run.get(at - 1) : first;
    return gauge(gauge) - base.gauges().getOrDefault(gauge, 0.0);
  }

  /** How long these windows are. */
  public long spanMillis(long millis) {
    return newest.windowEndMillis() - within(millis).get(0).windowStartMillis();
  }
}
