package io.caudal.cli.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a process's logs say of its failure: the first lines that tell of an error, else the last
 * ones.
 */
final class LogTail {
  private static final int LINES = 6;
  private static final int COLUMNS = 300;
  private static final Pattern NOISE = Pattern.compile("\\s+at .*|WARNING: .*|\\s*");
  private static final Pattern ERROR =
      Pattern.compile(".*\\b(ERROR|FATAL|Error|\\w+Exception|Caused by)\\b.*");

  private LogTail() {}

  /** Lines to put after a message, each on a line of its own; empty if there are none. */
  static String of(List<Path> logs) {
    List<String> said =
        logs.stream()
            .flatMap(log -> lines(log).stream())
            .filter(line -> !NOISE.matcher(line).matches())
            .toList();
    List<String> errors = said.stream().filter(line -> ERROR.matcher(line).matches()).toList();
    List<String> chosen =
        errors.isEmpty()
            ? said.subList(Math.max(0, said.size() - LINES), said.size())
            : errors.subList(0, Math.min(LINES, errors.size()));
    return chosen.stream()
        .map(line -> "\n  " + line.substring(0, Math.min(COLUMNS, line.length())))
        .collect(Collectors.joining());
  }

  private static List<String> lines(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
