package io.caudal.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A small disk of its own for the checkpoints, that can be full: a tmpfs, made as small as what is
 * on it. Where we may not mount, there is none.
 */
final class CheckpointDisk implements AutoCloseable {
  private static final Duration REFILL = Duration.ofMillis(100);

  private final Path folder;
  private final String size;
  private final boolean mounted;

  /**
   * @param size as mount takes it
   */
  CheckpointDisk(Path folder, String size) {
    this.folder = folder;
    this.size = size;
    this.mounted = run("mount", "-t", "tmpfs", "-o", "size=" + size, "caudal", folder.toString());
  }

  boolean isThere() {
    return mounted;
  }

  /**
   * Keeps it full for some time: what is deleted meanwhile makes no room. Whether it was full at
   * all.
   */
  boolean fill(Duration time) {
    boolean full = false;
    for (long end = System.nanoTime() + time.toNanos(); System.nanoTime() < end; ) {
      // Fails where more was written in this moment.
      full |= resize(usedBytes());
      Waiting.pass(REFILL);
    }
    if (!resize(size)) {
      throw new AssertionError("the disk of the checkpoints stays full");
    }
    return full;
  }

  private boolean resize(String now) {
    return run("mount", "-o", "remount,size=" + now, folder.toString());
  }

  private String usedBytes() {
    try {
      FileStore store = Files.getFileStore(folder);
      return Long.toString(store.getTotalSpace() - store.getUnallocatedSpace());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean run(String... command) {
    try {
      Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
      process.getInputStream().transferTo(OutputStream.nullOutputStream());
      boolean ended = process.waitFor(10, TimeUnit.SECONDS);
      return ended && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    if (mounted) {
      run("umount", "-l", folder.toString());
    }
  }
}
