package io.caudal.chaos;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Requests that come at their own rate, whatever becomes of those before, each in a session of its
 * own. Owned by one thread.
 */
final class OpenLoad implements AutoCloseable {
  private final Wire wire;
  private final List<Script.Said> turns;
  private final Map<String, Sent> open = new HashMap<>();
  private final SortedMap<Integer, Integer> answered = new TreeMap<>();
  private final List<Double> latencies = new ArrayList<>();
  private int sent;
  private int shed;

  private record Sent(Script.Said said, long nanos) {}

  /**
   * @param turns what they say, by turns
   */
  OpenLoad(TopicReader reader, List<Script.Said> turns) {
    this.wire = new Wire(reader);
    this.turns = turns;
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
    Script.Said said = turns.get(sent % turns.size());
    String name = "o" + sent++;
    ObjectNode body = Wire.generate(said);
    if (!deadline.isZero()) {
      body.put("deadline", System.currentTimeMillis() + deadline.toMillis());
    }
    open.put(name + "-0", new Sent(said, System.nanoTime()));
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
          Sent one = open.remove(result.id());
          if (one != null && result.answered()) {
            latencies.add((System.nanoTime() - one.nanos()) / 1e9);
            answered.merge(one.said().exactTokens(), 1, Integer::sum);
          } else if (one != null) {
            shed++;
          }
        });
  }

  /** Waits until all have a result; whether that was in time. */
  boolean awaitAll(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (!open.isEmpty() && System.nanoTime() < end) {
      hear();
    }
    return open.isEmpty();
  }

  int sent() {
    return sent;
  }

  /** How many have been answered since the last call, by the length of their answers. */
  SortedMap<Integer, Integer> takeAnswered() {
    SortedMap<Integer, Integer> taken = new TreeMap<>(answered);
    answered.clear();
    return taken;
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
