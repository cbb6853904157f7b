package io.caudal.stream.job;

import io.caudal.protocol.MetricsRecord;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.stream.Stream;

/**
 * What one subtask has reported lately, in its present run: its newest record however old it is,
 * and one from before the time that is looked back at, for counters are counted from there.
 */
final class RecentReports implements Serializable {
  private static final long serialVersionUID = 1;

  /** A short {@code metrics.interval} must not fill the heap. */
  private static final int MOST = 720;

  private final long millis;
  private final ArrayDeque<MetricsRecord> records = new ArrayDeque<>();

  /**
   * @param millis how far is looked back from the newest one
   */
  RecentReports(long millis) {
    this.millis = millis;
  }

  void add(MetricsRecord record) {
    MetricsRecord before = records.peekLast();
    if (before != null && before.attempt() != record.attempt()) {
      records.clear();
    } else if (before != null) {
      records.removeLast();
      records.add(before.withoutDetails()); // only the newest ones are looked at
    }
    records.add(record);
    while (records.size() > MOST || isSecondBefore(record.windowEndMillis() - millis)) {
      records.removeFirst();
    }
  }

  private boolean isSecondBefore(long fromMillis) {
    Iterator<MetricsRecord> all = records.iterator();
    all.next();
    return all.hasNext() && all.next().windowStartMillis() < fromMillis;
  }

  /** Oldest first. */
  Stream<MetricsRecord> all() {
    return records.stream();
  }
}
