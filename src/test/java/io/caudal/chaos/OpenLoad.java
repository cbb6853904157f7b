package io.caudal.chaos;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Requests that come at their own rate, whatever becomes of those before, each in a session of its
 * own. Owned by one thread.
 */
final class OpenLoad implements AutoCloseable {
  private final Wire wire;
  private final Script.Said said;
  private final Map<String, Long> sentNanos = new HashMap<>();
  private final List<Double> latencies = new ArrayList<>();
  private int sent;
  private int shed;

  OpenLoad(TopicReader reader, Script.Said said) {
    this.wire = new Wire(reader);
    this.said = said;
  }

  /** Whether a request id is one that this made. */
  static boolean isOne(String requestId) {
    return requestId.matches("o\\d+-0");
  }

  /** The id of the request with that number. */
  static String id(int number) {
    return "o" + number + "-0";
  }

  /** Sends one and doesn't wait. */
  void send(Duration deadline) {
    String name = "o" + sent++;
    ObjectNode body = Wire.generate(said);
    if (!deadline.isZero()) {
      body.put("deadline", System.currentTimeMillis() + deadline.toMillis());
    }
    sentNanos.put(name + "-0", System.nanoTime());
    wire.send(name, name + "-0", body);
  }

  /** Sends at a rate for some time. */
  void arrive(double perSecond, Duration time, Duration deadline, Runnable everySecond) {
    long begin = System.nanoTime();
    long seconds = 0;
    int arrived = 0;
    for (double passed = 0; passed < time.toSeconds(); passed = (System.nanoTime() - begin) / 1e9) {
      for (; arrived < passed * perSecond; arrived++) {
        send(deadline);
      }
      hear();
      if (passed >= seconds) {
        seconds++;
        everySecond.run();
      }
    }
  }

  private void hear() {
    wire.poll(
        result -> {
          Long begun = sentNanos.remove(result.id());
          if (begun != null && result.answered()) {
            latencies.add((System.nanoTime() - begun) / 1e9);
          } else if (begun != null) {
            shed++;
          }
        });
  }

  /** Waits until all have a result; whether that was in time. */
  boolean awaitAll(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (!sentNanos.isEmpty() && System.nanoTime() < end) {
      hear();
    }
    return sentNanos.isEmpty();
  }

  int sent() {
    return sent;
  }

  int shed() {
    return shed;
  }

  /** Seconds from request to committed result of those answered since the last call. */
  List<Double> takeLatencies() {
    List<Double> taken = List.copyOf(latencies);
    latencies.clear();
    return taken;
  }

  @Override
  public void close() {
    wire.close();
  }
}
