package io.caudal.cli.client;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.TimeoutException;

/** Ends the wait for a broker that answered once and does no more: a consumer would wait on. */
final class Patience {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final String topic;
  private final LongSupplier nanos;
  private long place = -1;
  private long sinceNanos;

  /**
   * @param nanos a clock
   */
  Patience(String topic, LongSupplier nanos) {
    this.topic = topic;
    this.nanos = nanos;
  }

  /**
   * @param now offsets read so far
   * @throws TimeoutException if they have not grown for long
   */
  void check(long now) {
    long time = nanos.getAsLong();
    if (now != place) {
      place = now;
      sinceNanos = time;
    } else if (time - sinceNanos > LIMIT.toNanos()) {
      throw new TimeoutException(
          "no record of topic " + topic + " has come for " + LIMIT.toSeconds() + " s");
    }
  }
}
