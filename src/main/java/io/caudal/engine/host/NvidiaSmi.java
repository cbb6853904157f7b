package io.caudal.engine.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks the driver's own program how its GPUs are used. */
final class NvidiaSmi {
  static final List<String> COMMAND =
      List.of(
          "nvidia-smi",
          "--query-gpu=index,uuid,utilization.gpu,memory.used,memory.total",
          "--format=csv,noheader,nounits");

  private static final double MEBI = 1 << 20;

  /** A GPU as the driver numbers it. */
  private record Row(String index, String uuid, GpuUse use) {}

  private NvidiaSmi() {}

  /**
   * Runs the program; its few lines fit into the pipe, so nobody needs to read while it runs.
   *
   * @throws IOException if there is no such program, it fails, or takes longer than {@code limit}
   */
  static List<String> lines(List<String> command, Duration limit)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(command.get(0) + " takes longer than " + limit.toMillis() + " ms");
      }
      try (BufferedReader reader = process.inputReader()) {
        List<String> lines = reader.lines().toList();
        if (process.exitValue() != 0) {
          throw new IOException(command.get(0) + " exits with " + process.exitValue());
        }
        return lines;
      }
    } finally {
      process.destroyForcibly();
    }
  }

  /**
   * GPUs by the names that PyTorch gives them.
   *
   * @param lines as the program prints them
   * @param visible value of {@code CUDA_VISIBLE_DEVICES}: indices, or beginnings of UUIDs; null for
   *     all, in the driver's order
   */
  static Map<String, GpuUse> read(List<String> lines, @Nullable String visible) {
    List<Row> rows =
        lines.stream()
            .map(line -> line.strip().split("\\s*,\\s*"))
            .filter(fields -> fields.length == 5)
            .map(fields -> new Row(fields[0], fields[1], use(fields)))
            .toList();
    String[] names =
        visible == null || visible.isBlank()
            ? rows.stream().map(Row::index).toArray(String[]::new)
            : visible.strip().split("\\s*,\\s*");
    Map<String, GpuUse> uses = new HashMap<>();
    for (int i = 0; i < names.length; i++) {
      String name = names[i];
      String device = "cuda:" + i;
      rows.stream()
          .filter(row -> name.equals(row.index()) || isUuid(name, row.uuid()))
          .findFirst()
          .ifPresent(row -> uses.put(device, row.use()));
    }
    return uses;
  }

  private static boolean isUuid(String name, String uuid) {
    return name.startsWith("GPU-") && uuid.startsWith(name);
  }

  private static GpuUse use(String[] fields) {
    double used = number(fields[3]);
    double total = number(fields[4]);
    return new GpuUse(
        number(fields[2]), used < 0 ? -1 : used * MEBI, total < 0 ? -1 : total * MEBI);
  }

  /** −1 for what the driver does not say, such as {@code [N/A]}. */
  private static double number(String text) {
    return text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
  }
}
