package io.caudal.engine.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs TorchScript source into the archive that {@code torch.jit.save} would write, so that
 * libtorch compiles it on load.
 *
 * <p>An archive is a zip without compression: {@code code/__torch__.py} (the source), {@code
 * data.pkl} (the module as a pickle), {@code constants.pkl} (an empty tuple) and {@code version}.
 * The module's attributes are read from the source's class header; each starts as its type's empty
 * value.
 */
final class ScriptArchive {
  private static final String FILE_FORMAT_VERSION = "10\n";
  private static final Pattern CLASS = Pattern.compile("(?m)^class (\\w+)\\(Module\\):");
  private static final Pattern ATTRIBUTE = Pattern.compile("(?m)^  (\\w+) : (.+)$");

  // Pickle, protocol 2.
  private static final byte[] PICKLE_START = {(byte) 0x80, 2};
  private static final String EMPTY_TUPLE = ")";
  private static final String NEW_OBJECT = "\u0081";
  private static final String EMPTY_DICT = "}";
  private static final String MARK = "(";
  private static final String SET_ITEMS_BUILD = "ub";
  private static final String STOP = ".";
  private static final Map<String, String> EMPTY_VALUES =
      Map.of(
          "int", "K\0",
          "float", "G\0\0\0\0\0\0\0\0",
          "bool", "\u0089",
          "List[Tensor]", "ctorch.jit._pickle\nbuild_tensorlist\n]\u0085R",
          "List[float]", "ctorch.jit._pickle\nbuild_doublelist\n]\u0085R");

  private ScriptArchive() {}

  /** The archive of a source file on the class path. */
  static byte[] ofResource(String resource) {
    try (InputStream in = ScriptArchive.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("not on the class path: " + resource);
      }
      return of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] of(String source) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      put(zip, "decoder/data.pkl", pickle(module(source)));
      put(zip, "decoder/code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
      put(zip, "decoder/constants.pkl", pickle(EMPTY_TUPLE));
      put(zip, "decoder/version", FILE_FORMAT_VERSION.getBytes(StandardCharsets.US_ASCII));
    }
    return bytes.toByteArray();
  }

  /** The pickled object, a character for each byte. */
  private static String module(String source) {
    Matcher name = CLASS.matcher(source);
    if (!name.find()) {
      throw new IllegalArgumentException("the source has no class of a Module");
    }
    StringBuilder out = new StringBuilder();
    out.append("c__torch__\n").append(name.group(1)).append('\n');
    out.append(EMPTY_TUPLE).append(NEW_OBJECT).append(EMPTY_DICT).append(MARK);
    Matcher attribute = ATTRIBUTE.matcher(source);
    while (attribute.find()) {
      String key = attribute.group(1);
      out.append('X').append((char) key.length()).append("\0\0\0").append(key);
      out.append(emptyValue(attribute.group(2)));
    }
    return out.append(SET_ITEMS_BUILD).toString();
  }

  private static String emptyValue(String type) {
    String known = EMPTY_VALUES.get(type);
    if (known != null) {
      return known;
    }
    if (type.startsWith("List[")) {
      return "]";
    }
    if (type.startsWith("Dict[")) {
      return EMPTY_DICT;
    }
    throw new IllegalArgumentException("no empty value is known for an attribute of type " + type);
  }

  private static byte[] pickle(String instructions) {
    byte[] body = (instructions + STOP).getBytes(StandardCharsets.ISO_8859_1);
    byte[] whole = new byte[PICKLE_START.length + body.length];
    System.arraycopy(PICKLE_START, 0, whole, 0, PICKLE_START.length);
    System.arraycopy(body, 0, whole, PICKLE_START.length, body.length);
    return whole;
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCompressedSize(content.length);
    entry.setCrc(crc.getValue());
    entry.setTime(0);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
