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
  private final Map<SessionIdle, LongAdder> idlePrompt = new EnumMap<>(SessionIdle.class);
  private final Map<SessionIdle, LongAdder> idleCached = new EnumMap<>(SessionIdle.class);
  private final Tops tops = new Tops();
  private Map<Latency, LatencySketch> latencies = new EnumMap<>(Latency.class);

  public SubtaskMetrics() {
    for (Counter counter : Counter.values()) {
      counters.put(counter, new LongAdder());
    }
    for (ErrorCode code : ErrorCode.values()) {
      failures.put(code, new LongAdder());
    }
    for (SessionIdle idle : SessionIdle.values()) {
      idlePrompt.put(idle, new LongAdder());
      idleCached.put(idle, new LongAdder());
    }
  }

  public void add(Counter counter, long amount) {
    adder(counter).add(amount);
  }

  public void record(Latency latency, double millis) {
    latencies.computeIfAbsent(latency, name -> new LatencySketch()).record(millis);
  }

  /** A turn of a session that had been idle so long had so many of its tokens' KV at hand. */
  public void hits(SessionIdle idle, long promptTokens, long cachedTokens) {
    Objects.requireNonNull(idlePrompt.get(idle)).add(promptTokens);
    Objects.requireNonNull(idleCached.get(idle)).add(cachedTokens);
  }

  /** Prompt tokens of turns of sessions that had been idle so long. */
  public long promptTokens(SessionIdle idle) {
    return Objects.requireNonNull(idlePrompt.get(idle)).sum();
  }

  /** Of these, those whose KV was there. */
  public long cachedTokens(SessionIdle idle) {
    return Objects.requireNonNull(idleCached.get(idle)).sum();
  }

  /** Who takes most; task thread only. */
  public Tops tops() {
    return tops;
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
