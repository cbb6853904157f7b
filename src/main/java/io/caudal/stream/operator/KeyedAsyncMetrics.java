package io.caudal.stream.operator;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;

/**
 * The operator's counters.
 *
 * @param completed calls that ended by their completion
 * @param staleCompletions completions dropped because their call had already ended
 * @param valveOpened inputs taken in beyond the capacity to let a checkpoint through
 * @param timeouts calls that ran longer than they may
 */
record KeyedAsyncMetrics(
    Counter completed, Counter staleCompletions, Counter valveOpened, Counter timeouts) {

  static KeyedAsyncMetrics register(MetricGroup group, KeyQueues<?, ?, ?, ?> queues) {
    group.gauge("accepted", queues::accepted);
    group.gauge("aside", queues::aside);
    group.gauge("running", queues::running);
    return new KeyedAsyncMetrics(
        counter(group, "completed"),
        counter(group, "staleCompletions"),
        counter(group, "valveOpened"),
        counter(group, "timeouts"));
  }

  private static Counter counter(MetricGroup group, String name) {
    return group.counter(name, new ThreadSafeSimpleCounter());
  }
}
