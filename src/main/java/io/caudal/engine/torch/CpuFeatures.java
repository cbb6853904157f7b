package io.caudal.engine.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;

/** What the processor of this machine says it can do. */
final class CpuFeatures {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private CpuFeatures() {}

  /** Whether products of bf16 numbers are faster than of fp32. False where nothing is known. */
  static boolean computesBf16() {
    return computesBf16(cpuInfo());
  }

  static boolean computesBf16(String cpuInfo) {
    return hasAny(cpuInfo, "avx512_bf16", "amx_bf16");
  }

  /** Whether products of 8-bit numbers are exact and fast. False where nothing is known. */
  static boolean computesInt8() {
    return hasAny(cpuInfo(), "avx512_vnni", "avx_vnni");
  }

  private static String cpuInfo() {
    try {
      return Files.isReadable(CPU_INFO) ? Files.readString(CPU_INFO) : "";
    } catch (IOException e) {
      return "";
    }
  }

  private static boolean hasAny(String cpuInfo, String... wanted) {
    return cpuInfo
        .lines()
        .filter(line -> line.startsWith("flags"))
        .anyMatch(
            line -> {
              Set<String> flags = Set.of(line.replaceFirst("^.*:\\s*", "").trim().split("\\s+"));
              return Arrays.stream(wanted).anyMatch(flags::contains);
            });
  }
}
