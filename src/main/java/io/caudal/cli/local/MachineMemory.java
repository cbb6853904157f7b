package io.caudal.cli.local;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How much memory the machine can still give, as Linux tells. */
final class MachineMemory {
  private MachineMemory() {}

  /**
   * Refuses to start what would be killed or swap. Where the system doesn't tell, nothing is
   * refused.
   *
   * @throws CaudalException {@code OUT_OF_MEMORY}
   */
  static void require(long megabytes, String what) {
    available(Path.of("/proc/meminfo"))
        .ifPresent(
            free -> {
              if (free < megabytes) {
                throw new CaudalException(
                    ErrorCode.OUT_OF_MEMORY,
                    String.format(
                        "%s needs about %d MB of free memory and the machine has %d MB; stop other"
                            + " processes or lower --taskmanagers",
                        what, megabytes, free));
              }
            });
  }

  /** {@code MemAvailable} in MB; empty where there is no such file. */
  static OptionalLong available(Path meminfo) {
    try {
      for (String line : Files.readAllLines(meminfo)) {
        if (line.startsWith("MemAvailable:")) {
          return OptionalLong.of(Long.parseLong(line.replaceAll("\\D", "")) / 1024);
        }
      }
      return OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
