package io.caudal.cli.diagnose;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Texts by name, masked, as a zip file. Not thread-safe. */
public final class Archive {
  /** Of a longer text, such as a log, the end counts. */
  private static final int MOST_CHARS = 4 << 20;

  private final SecretMask mask;
  private final Map<String, String> texts = new TreeMap<>();

  public Archive(SecretMask mask) {
    this.mask = mask;
  }

  public void add(String name, String text) {
    texts.put(name, mask.mask(end(text)));
  }

  /** Whole lines: a secret keeps the name before it. */
  private static String end(String text) {
    int line = text.indexOf('\n', Math.max(0, text.length() - MOST_CHARS));
    boolean cut = text.length() > MOST_CHARS && line >= 0 && line < text.length() - 1;
    return cut ? text.substring(line + 1) : text;
  }

  public void add(String name, byte[] text) {
    add(name, new String(text, StandardCharsets.UTF_8));
  }

  /** What was asked could not be told. */
  public void failed(String name, RuntimeException why) {
    add(name + ".missing", String.valueOf(why.getMessage()) + "\n");
  }

  /** Names, in their order. */
  public Iterable<String> names() {
    return texts.keySet();
  }

  /**
   * @throws CaudalException {@code STORAGE_UNAVAILABLE}
   */
  public void write(Path file) {
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, String> one : texts.entrySet()) {
        zip.putNextEntry(new ZipEntry(one.getKey()));
        zip.write(one.getValue().getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new CaudalException(
          ErrorCode.STORAGE_UNAVAILABLE, "cannot write " + file + ": " + e, e);
    }
  }
}
