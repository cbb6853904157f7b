package io.caudal.cli.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The end of a process's logs, without what says nothing: stack frames and the JVM's warnings. */
final class LogTail {
  private static final int LINES = 8;
  private static final int COLUMNS = 300;
  private static final Pattern NOISE =
      Pattern.compile("\\s+at .*|\\s+\\.\\.\\. \\d+ more|WARNING: .*|\\s*");

  private LogTail() {}

  /** Lines to put after a message, each on a line of its own; empty if there are none. */
  static String of(List<Path> logs) {
    StringBuilder tail = new StringBuilder();
    for (Path log : logs) {
      List<String> lines =
          lines(log).stream().filter(line -> !NOISE.matcher(line).matches()).toList();
      for (String line : lines.subList(Math.max(0, lines.size() - LINES), lines.size())) {
        tail.append("\n  ").append(line, 0, Math.min(COLUMNS, line.length()));
      }
    }
    return tail.toString();
  }

  private static List<String> lines(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
