package io.caudal.cli.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The time of day that processes see, moved from outside by {@code shifted_clock.c}; what measures
 * durations stays as it is. Where there is no C compiler, there is none.
 */
public final class ShiftedClock {
  private static final Path SOURCE = Path.of("src", "test", "native", "shifted_clock.c");

  private final Path file;
  private final Path library;
  private final boolean there;

  /**
   * @param folder for the library and the file that says how far the clock is moved
   */
  ShiftedClock(Path folder) {
    file = folder.resolve("shifted-clock");
    library = folder.resolve("shifted_clock.so");
    there = compile();
    shift(Duration.ZERO);
  }

  private boolean compile() {
    try {
      Process compiler =
          new ProcessBuilder(
                  "cc",
                  "-shared",
                  "-fPIC",
                  "-O2",
                  "-o",
                  library.toString(),
                  SOURCE.toString(),
                  "-ldl")
              .inheritIO()
              .start();
      return compiler.waitFor(1, TimeUnit.MINUTES) && compiler.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  public boolean isThere() {
    return there;
  }

  /** Of a process that sees it. */
  Map<String, String> environment() {
    return there
        ? Map.of("LD_PRELOAD", library.toString(), "SHIFTED_CLOCK", file.toString())
        : Map.of();
  }

  /** From now on it is so far from the true time. */
  public void shift(Duration by) {
    ByteBuffer seconds = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(seconds.putLong(by.toSeconds()).flip(), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
