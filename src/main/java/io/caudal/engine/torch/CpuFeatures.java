package io.caudal.engine.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** What the processor of this machine says it can do. */
final class CpuFeatures {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private CpuFeatures() {}

  /** Whether products of bf16 numbers are faster than of fp32. False where nothing is known. */
  static boolean computesBf16() {
    try {
      return Files.isReadable(CPU_INFO) && computesBf16(Files.readString(CPU_INFO));
    } catch (IOException e) {
      return false;
    }
  }

  static boolean computesBf16(String cpuInfo) {
    return cpuInfo
        .lines()
        .filter(line -> line.startsWith("flags"))
        .anyMatch(
            line -> {
              Set<String> flags = Set.of(line.replaceFirst("^.*:\\s*", "").trim().split("\\s+"));
              return flags.contains("avx512_bf16") || flags.contains("amx_bf16");
            });
  }
}
