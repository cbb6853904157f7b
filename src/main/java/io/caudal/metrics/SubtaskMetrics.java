package io.caudal.metrics;

import io.caudal.error.ErrorCode;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * One subtask's counters since it started and its latencies since they were last taken. The task
 * thread writes; counters may be read by any.
 */
public final class SubtaskMetrics {
  private final Map<Counter, LongAdder> counters = new EnumMap<>(Counter.class);
  private final Map<ErrorCode, LongAdder> failures = new EnumMap<>(ErrorCode.class);
  private Map<Latency, LatencySketch> latencies = new EnumMap<>(Latency.class);

  public SubtaskMetrics() {
    for (Counter counter : Counter.values()) {
      counters.put(counter, new LongAdder());
    }
    for (ErrorCode code : ErrorCode.values()) {
      failures.put(code, new LongAdder());
    }
  }

  public void add(Counter counter, long amount) {
    adder(counter).add(amount);
  }

  public void record(Latency latency, double millis) {
    latencies.computeIfAbsent(latency, name -> new LatencySketch()).record(millis);
  }

  /** A request ended with this error. */
  public void fail(ErrorCode code) {
    Objects.requireNonNull(failures.get(code)).increment();
  }

  /** Requests that ended with this error. */
  public long failures(ErrorCode code) {
    return Objects.requireNonNull(failures.get(code)).sum();
  }

  /** Adds what was timed elsewhere. */
  public void merge(Latency latency, LatencySketch other) {
    latencies.computeIfAbsent(latency, name -> new LatencySketch()).merge(other);
  }

  public long count(Counter counter) {
    return adder(counter).sum();
  }

  /** The latencies recorded since the last call, by name; those without any are left out. */
  public Map<Latency, LatencySketch> takeLatencies() {
    Map<Latency, LatencySketch> taken = latencies;
    latencies = new EnumMap<>(Latency.class);
    return taken;
  }

  private LongAdder adder(Counter counter) {
    return Objects.requireNonNull(counters.get(counter));
  }
}
