package io.caudal.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A small disk of its own for the checkpoints, that can be full: a tmpfs, made as small as what is
 * on it. Where we may not mount, there is none.
 */
final class CheckpointDisk implements AutoCloseable {
  private static final String SIZE = "1g";

  private final Path folder;
  private final boolean mounted;

  CheckpointDisk(Path folder) {
    this.folder = folder;
    this.mounted = run("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "caudal", folder.toString());
  }

  boolean isThere() {
    return mounted;
  }

  /** From now on nothing more fits, or again something. */
  void setFull(boolean full) {
    if (!resize(full ? usedPages() : SIZE)) {
      // What grew meanwhile has to fit.
      resize(full ? usedPages() : SIZE);
    }
  }

  private boolean resize(String size) {
    return run("mount", "-o", "remount,size=" + size, folder.toString());
  }

  private String usedPages() {
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
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      boolean ended = process.waitFor(10, TimeUnit.SECONDS);
      if (!ended || process.exitValue() != 0) {
        System.err.println(String.join(" ", command) + ": " + output.strip());
        return false;
      }
      return true;
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
