package io.caudal.stream.inference;

import io.caudal.engine.host.Engine;
import io.caudal.engine.host.Engines;
import io.caudal.engine.host.GpuUse;
import io.caudal.stream.operator.KeyedAsyncContext;
import io.caudal.stream.state.SessionTotals;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;

/**
 * What a subtask and its process hold at the moment, by wire name; any thread may ask. Names that
 * begin with {@code engine_}, {@code kv_} or {@code device_} are the engine's, {@code heap_},
 * {@code cpu_}, {@code gpu_} and {@code disk_} the TaskManager's: subtasks of one TaskManager tell
 * the same.
 */
final class SubtaskGauges {
  private SubtaskGauges() {}

  static Map<String, DoubleSupplier> of(
      KeyedAsyncContext<?> context, Engines.Lease lease, SessionTotals totals) {
    Engine engine = lease.engine();
    Map<String, DoubleSupplier> gauges = new TreeMap<>();
    gauges.put("at_hand", () -> context.inFlight().atHand());
    gauges.put("running", () -> context.inFlight().running());
    gauges.put("aside", () -> context.inFlight().aside());
    gauges.put("sessions", totals::sessions);
    gauges.put("session_tokens", totals::tokens);
    gauges.put("kv_state_bytes", totals::kvBytes);
    gauges.put("engine_unfinished", engine::unfinished);
    gauges.put("engine_steps", engine::steps);
    EngineGauges.put(gauges, engine);
    TaskGauges.put(gauges, context, engine.processors());
    gauges.put("engine_failed", () -> engine.failed() ? 1 : 0);
    String device = engine.device();
    gauges.put("device_utilization_percent", () -> GpuUse.of(device).utilizationPercent());
    gauges.put("device_memory_bytes", () -> GpuUse.of(device).memoryUsedBytes());
    gauges.put("device_memory_total_bytes", () -> GpuUse.of(device).memoryTotalBytes());
    gauges.put("engine_out_of_memory", engine::stepsWithoutMemory);
    gauges.put("engine_fallback", () -> lease.missing().isEmpty() ? 0 : 1);
    gauges.put("gpu_lacks_of_memory", Engines::lacksOfMemory);
    gauges.put("process_failed_steps", Engines::failedSteps);
    gauges.put("kv_device_tokens", engine::usedTokens);
    gauges.put("kv_device_room_tokens", engine::totalTokens);
    double token = engine.model().kv().bytesPerToken();
    gauges.put("kv_device_bytes", () -> engine.usedTokens() * token);
    gauges.put("kv_device_room_bytes", () -> engine.totalTokens() * token);
    gauges.put("kv_device_sessions", engine::residentSessions);
    gauges.put("kv_host_bytes", engine::hostBytes);
    gauges.put("kv_waiting_bytes", engine::waitingBytes);
    Runtime jvm = Runtime.getRuntime();
    gauges.put("heap_used_bytes", () -> jvm.totalMemory() - jvm.freeMemory());
    gauges.put("heap_max_bytes", jvm::maxMemory);
    gauges.put("heap_live_bytes", SubtaskGauges::heapAfterCollection);
    List<Path> folders = context.temporaryFolders();
    gauges.put("disk_free_bytes", () -> least(folders, FileStore::getUsableSpace));
    gauges.put("disk_total_bytes", () -> least(folders, FileStore::getTotalSpace));
    return gauges;
  }

  /** What the last garbage collection of each pool has left. */
  private static double heapAfterCollection() {
    double bytes = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      MemoryUsage left = pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
      bytes += left == null ? 0 : left.getUsed();
    }
    return bytes;
  }

  /** Asks a file store something. */
  private interface Question {
    long ask(FileStore store) throws IOException;
  }

  /** The smallest answer; −1 if a folder can't be asked. */
  private static double least(List<Path> folders, Question question) {
    long least = Long.MAX_VALUE;
    try {
      for (Path folder : folders) {
        least = Math.min(least, question.ask(Files.getFileStore(folder)));
      }
    } catch (IOException e) {
      return -1;
    }
    return least == Long.MAX_VALUE ? -1 : least;
  }
}
