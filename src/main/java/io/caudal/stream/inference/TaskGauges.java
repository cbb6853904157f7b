package io.caudal.stream.inference;

import io.caudal.stream.operator.KeyedAsyncContext;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.apache.flink.runtime.metrics.groups.InternalOperatorMetricGroup;
import org.apache.flink.runtime.metrics.groups.TaskIOMetricGroup;

/** Where a task thread's time went since the task started, and the process's. They only grow. */
final class TaskGauges {
  private static final double NANOS_PER_MILLI = 1e6;

  private static final ProcessorTime PROCESSORS = new ProcessorTime();

  private TaskGauges() {}

  static void put(
      Map<String, DoubleSupplier> gauges, KeyedAsyncContext<?> context, int processors) {
    gauges.put("task_emit_ms", () -> context.emitNanos() / NANOS_PER_MILLI);
    if (context.runtime().getMetricGroup() instanceof InternalOperatorMetricGroup group) {
      TaskIOMetricGroup task = group.getTaskIOMetricGroup();
      gauges.put("task_idle_ms", () -> task.getIdleTimeMsPerSecond().getAccumulatedCount());
      gauges.put("task_backpressured_ms", task::getAccumulatedBackPressuredTimeMs);
    }
    gauges.put("cpu_cores", () -> processors);
    gauges.put("cpu_process_ms", PROCESSORS::processMillis);
    gauges.put("cpu_machine_ms", () -> PROCESSORS.machineMillis(processors));
    gauges.put("heap_gc_ms", TaskGauges::collectionMillis);
  }

  private static double collectionMillis() {
    double millis = 0;
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      millis += Math.max(0, collector.getCollectionTime());
    }
    return millis;
  }
}
