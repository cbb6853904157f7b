package io.caudal.cli.local;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a run writes: {@code kafka/ checkpoints/ savepoints/ tmp/ conf/ log/}. A
 * temporary one is deleted at the end, unless it is kept.
 */
public final class RunFolder implements AutoCloseable {
  /** Names a folder whose contents outlive the run. */
  public static final String HOME_VARIABLE = "CAUDAL_HOME";

  private final Path path;
  private final boolean temporary;
  private boolean kept;

  private RunFolder(Path path, boolean temporary) {
    this.path = path;
    this.temporary = temporary;
  }

  /**
   * The folder named by {@code CAUDAL_HOME}, else a temporary one.
   *
   * @throws CaudalException {@code STORAGE_UNAVAILABLE} if it can't be written
   */
  public static RunFolder open() {
    String home = System.getenv(HOME_VARIABLE);
    return home == null || home.isBlank() ? temporary() : at(Path.of(home).toAbsolutePath());
  }

  static RunFolder temporary() {
    Path parent = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    try {
      return new RunFolder(Files.createTempDirectory(parent, "caudal-"), true).prepared();
    } catch (IOException e) {
      throw unwritable(parent, "set TMPDIR or " + HOME_VARIABLE, e);
    }
  }

  static RunFolder at(Path path) {
    return new RunFolder(path, false).prepared();
  }

  /** A folder that a run prepared and may still use: nothing in it is changed. */
  static RunFolder inUse(Path path) {
    return new RunFolder(path, false);
  }

  private RunFolder prepared() {
    try {
      for (String child :
          new String[] {"kafka", "checkpoints", "savepoints", "tmp", "conf", "log"}) {
        Files.createDirectories(path.resolve(child));
      }
      Files.deleteIfExists(keepFile());
      Files.delete(Files.createTempFile(path, "write", ".test"));
      return this;
    } catch (IOException e) {
      throw unwritable(path, "set " + HOME_VARIABLE, e);
    }
  }

  public Path path() {
    return path;
  }

  /** A folder or file of the run. */
  public Path resolve(String child) {
    return path.resolve(child);
  }

  /**
   * The newest complete checkpoint or savepoint that an earlier run left here; empty in a new
   * folder.
   */
  Optional<Path> newestSnapshot() {
    return Stream.of("checkpoints", "savepoints")
        .flatMap(child -> snapshots(resolve(child)).stream())
        .max(Comparator.comparing(RunFolder::modified))
        .map(Path::getParent);
  }

  private List<Path> snapshots(Path folder) {
    // checkpoints/JOB/chk-N/_metadata, savepoints/savepoint-N/_metadata
    try (Stream<Path> files = Files.walk(folder, 3)) {
      return files.filter(file -> file.endsWith("_metadata")).toList();
    } catch (IOException | UncheckedIOException e) {
      throw new CaudalException(
          ErrorCode.STORAGE_UNAVAILABLE, "cannot read " + folder + ": " + e, e);
    }
  }

  private static FileTime modified(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }

  /** While this file exists, child processes outlive us. */
  Path keepFile() {
    return path.resolve("keep");
  }

  boolean isTemporary() {
    return temporary;
  }

  /** From now on the folder and the processes that write to it stay when we end. */
  void keep() {
    try {
      Files.writeString(keepFile(), "");
      kept = true;
    } catch (IOException e) {
      throw unwritable(path, "set " + HOME_VARIABLE, e);
    }
  }

  /** Deletes a temporary folder; a file that can't be deleted stays and is no error. */
  @Override
  public void close() {
    if (!temporary || kept) {
      return;
    }
    try {
      delete(path);
    } catch (IOException e) {
      System.err.println("caudal: could not delete " + path + ": " + e.getMessage());
    }
  }

  /** Deletes a folder and all in it, also while others delete in it. */
  static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
              throws IOException {
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static CaudalException unwritable(Path path, String cure, IOException e) {
    return new CaudalException(
        ErrorCode.STORAGE_UNAVAILABLE,
        "cannot write to " + path + " (" + e + "); " + cure + " to a folder that can be written",
        e);
  }
}
