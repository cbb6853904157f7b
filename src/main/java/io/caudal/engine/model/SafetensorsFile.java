package io.caudal.engine.model;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A safetensors file: 8 bytes of header length (little-endian), the header as JSON, then the
 * tensors' bytes. Tensors are memory-mapped one by one, so a file may be of any size; a mapping
 * outlives {@link #close}.
 */
final class SafetensorsFile implements AutoCloseable {
  /** The format's own limit for a header. */
  private static final long MAX_HEADER_BYTES = 100_000_000;

  private final Path path;
  private final FileChannel channel;
  private final Map<String, TensorEntry> tensors;

  private SafetensorsFile(Path path, FileChannel channel, Map<String, TensorEntry> tensors) {
    this.path = path;
    this.channel = channel;
    this.tensors = tensors;
  }

  /**
   * @throws CaudalException {@code MODEL_DAMAGED} or {@code MODEL_NOT_FOUND}
   */
  static SafetensorsFile open(Path path) {
    FileChannel channel = null;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
      SafetensorsFile file = new SafetensorsFile(path, channel, readHeader(path, channel));
      channel = null;
      return file;
    } catch (IOException e) {
      throw new CaudalException(ErrorCode.MODEL_NOT_FOUND, "can't read " + path + ": " + e, e);
    } finally {
      closeQuietly(channel);
    }
  }

  private static Map<String, TensorEntry> readHeader(Path path, FileChannel channel)
      throws IOException {
    long size = channel.size();
    if (size < Long.BYTES) {
      throw new CaudalException(ErrorCode.MODEL_DAMAGED, path + " is only " + size + " bytes long");
    }
    long length = read(channel, 0, Long.BYTES).getLong();
    if (length < 2 || length > MAX_HEADER_BYTES || length > size - Long.BYTES) {
      throw new CaudalException(
          ErrorCode.MODEL_DAMAGED,
          String.format("%s: a header of %d bytes in a file of %d", path, length, size));
    }
    long dataStart = Long.BYTES + length;
    return new SafetensorsHeader(path, dataStart, size - dataStart)
        .parse(read(channel, Long.BYTES, (int) length).array());
  }

  private static ByteBuffer read(FileChannel channel, long position, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new EOFException("the file was cut while it was read");
      }
    }
    return buffer.flip();
  }

  Path path() {
    return path;
  }

  Map<String, TensorEntry> tensors() {
    return tensors;
  }

  /**
   * @throws CaudalException {@code MODEL_DAMAGED} if there is none
   */
  TensorEntry entry(String name) {
    TensorEntry entry = tensors.get(name);
    if (entry == null) {
      throw new CaudalException(ErrorCode.MODEL_DAMAGED, path + ": no tensor " + name);
    }
    return entry;
  }

  /** Maps {@code bytes} bytes of the file, read-only. */
  ByteBuffer map(long begin, long bytes) {
    try {
      return channel.map(MapMode.READ_ONLY, begin, bytes).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new CaudalException(ErrorCode.MODEL_NOT_FOUND, "can't read " + path + ": " + e, e);
    }
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
