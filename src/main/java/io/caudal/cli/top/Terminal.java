package io.caudal.cli.top;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The terminal that this process runs in, with keys heard one by one and nothing echoed until it is
 * closed, also by a signal. Asks {@code stty}.
 */
final class Terminal implements AutoCloseable {
  private static final Pattern SIZE = Pattern.compile("(\\d+) (\\d+)");
  private static final int ROWS = 24;
  private static final int COLUMNS = 80;

  private final String before;
  private final PrintStream out;
  private final Thread onSignal = new Thread(this::restore, "caudal-terminal");
  private final BlockingQueue<Integer> keys = new LinkedBlockingQueue<>();
  private boolean restored;

  private Terminal(String before) {
    this.before = before;
    this.out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
  }

  /**
   * @throws CaudalException {@code BAD_PARAMETER} if there is no terminal
   */
  static Terminal open() {
    String settings = stty("-g");
    String type = System.getenv("TERM");
    if (settings == null || !shows() || type == null || type.equals("dumb")) {
      throw new CaudalException(
          ErrorCode.BAD_PARAMETER,
          "top needs a terminal for input and output (and TERM); elsewhere use: bin/caudal stats,"
              + " with --watch or --json");
    }
    Terminal terminal = new Terminal(settings.strip());
    Runtime.getRuntime().addShutdownHook(terminal.onSignal);
    stty("-icanon", "-echo", "min", "1", "time", "0");
    terminal.write(Screen.ENTER);
    Thread reader = new Thread(terminal::listen, "caudal-keys");
    reader.setDaemon(true);
    reader.start();
    return terminal;
  }

  private void listen() {
    try {
      int key = System.in.read();
      while (key >= 0) {
        keys.add(key);
        key = System.in.read();
      }
    } catch (IOException e) {
      // As if the terminal had been closed.
    }
    keys.add(-1);
  }

  /** The next key; null if none comes in time, −1 when the terminal is gone. */
  @Nullable Integer key(long millis) throws InterruptedException {
    return keys.poll(millis, TimeUnit.MILLISECONDS);
  }

  /** Rows and columns at the moment. */
  int[] size() {
    String answer = stty("size");
    Matcher matcher = SIZE.matcher(answer == null ? "" : answer);
    if (!matcher.find() || matcher.group(1).equals("0")) {
      return new int[] {ROWS, COLUMNS};
    }
    return new int[] {Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))};
  }

  /** In one write, so that the terminal doesn't show half of it. */
  void write(String text) {
    if (!text.isEmpty()) {
      out.print(text);
      out.flush();
    }
  }

  @Override
  public void close() {
    restore();
    try {
      Runtime.getRuntime().removeShutdownHook(onSignal);
    } catch (IllegalStateException e) {
      // The process ends already.
    }
  }

  private synchronized void restore() {
    if (!restored) {
      restored = true;
      write(Screen.LEAVE);
      stty(before);
    }
  }

  /** Whether what is written goes to a terminal too. */
  private static boolean shows() {
    try {
      return new ProcessBuilder("test", "-t", "1").inheritIO().start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** What stty says of this process's terminal; null if there is none. */
  private static @Nullable String stty(String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = "stty";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? answer : null;
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
