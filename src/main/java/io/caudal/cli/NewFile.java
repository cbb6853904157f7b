package io.caudal.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/** A file that takes the place of an earlier one when it is complete, and not before. */
final class NewFile implements AutoCloseable {
  private final @Nullable Path file;
  private final @Nullable Path part;
  private final OutputStream stream;

  private NewFile(@Nullable Path file, @Nullable Path part, OutputStream stream) {
    this.file = file;
    this.part = part;
    this.stream = stream;
  }

  /**
   * @param file null to write nowhere; a link, device or pipe is written as it comes
   */
  static NewFile of(@Nullable Path file) throws IOException {
    if (file == null) {
      return new NewFile(null, null, OutputStream.nullOutputStream());
    }
    boolean exists = Files.exists(file);
    if (exists && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return new NewFile(null, null, Files.newOutputStream(file));
    }
    Path part = file.resolveSibling(file.getFileName() + ".part");
    OutputStream stream = Files.newOutputStream(part);
    if (exists && Files.getFileStore(file).supportsFileAttributeView("posix")) {
      Files.setPosixFilePermissions(part, Files.getPosixFilePermissions(file));
    }
    return new NewFile(file, part, stream);
  }

  OutputStream stream() {
    return stream;
  }

  void complete() throws IOException {
    stream.close();
    if (file != null && part != null) {
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
    if (part != null) {
      Files.deleteIfExists(part);
    }
  }
}
