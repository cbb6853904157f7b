package io.caudal.cli.console;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Settings in a file: a line {@code KEY=VALUE} or {@code KEY: VALUE} each, values with or without
 * quotes; empty lines and those that begin with {@code #} say nothing.
 */
public final class SettingsFile {
  private static final Pattern LINE = Pattern.compile("([\\w.-]+)\\s*[=:]\\s*(.*)");

  private SettingsFile() {}

  /**
   * @throws CaudalException {@code CONFIG_INVALID} naming the line, {@code STORAGE_UNAVAILABLE}
   */
  public static Map<String, String> read(Path file) {
    try {
      return parse(file.toString(), Files.readAllLines(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new CaudalException(ErrorCode.STORAGE_UNAVAILABLE, "cannot read " + file + ": " + e, e);
    }
  }

  static Map<String, String> parse(String file, List<String> lines) {
    Map<String, String> settings = new TreeMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      Matcher matcher = LINE.matcher(line);
      String where = file + ", line " + (i + 1) + ": ";
      if (!matcher.matches()) {
        throw new CaudalException(
            ErrorCode.CONFIG_INVALID, where + "this is not KEY=VALUE or KEY: VALUE");
      }
      if (settings.putIfAbsent(matcher.group(1), unquoted(matcher.group(2))) != null) {
        throw new CaudalException(
            ErrorCode.CONFIG_INVALID, where + "'" + matcher.group(1) + "' is there twice");
      }
    }
    return settings;
  }

  private static String unquoted(String value) {
    boolean quoted =
        value.length() > 1
            && (value.charAt(0) == '"' || value.charAt(0) == '\'')
            && value.charAt(value.length() - 1) == value.charAt(0);
    return quoted ? value.substring(1, value.length() - 1) : value;
  }
}
