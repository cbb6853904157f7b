package io.caudal.cli.top;

import io.caudal.analytics.health.Surroundings;
import io.caudal.cli.top.Screen.Line;
import io.caudal.error.CaudalException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Shows a running Caudal until somebody quits. A thread of its own asks, so that keys and resizing
 * never wait for an answer.
 */
public final class Top {
  private static final long SIZE_MILLIS = 500;
  private static final String QUIT = "qQ\u0003\u0004";

  private final Supplier<Surroundings> source;
  private final long everyMillis;
  private final CountDownLatch quit = new CountDownLatch(1);
  private final History history = new History();
  private volatile List<Line> picture = List.of(Line.of("asking …  (q quits)"));

  /**
   * @param source asks anew each time
   */
  public Top(Supplier<Surroundings> source, long everyMillis) {
    this.source = source;
    this.everyMillis = everyMillis;
  }

  /**
   * @throws CaudalException {@code BAD_PARAMETER} if there is no terminal
   */
  public void run() throws InterruptedException {
    try (Terminal terminal = Terminal.open()) {
      Thread asking = new Thread(this::ask, "caudal-top");
      asking.setDaemon(true);
      asking.start();
      Screen screen = new Screen();
      Integer key = null;
      while (key == null || QUIT.indexOf(key) < 0) {
        if (key != null && key < 0) {
          return;
        }
        int[] size = terminal.size();
        terminal.write(screen.show(picture, size[0], size[1]));
        key = terminal.key(SIZE_MILLIS);
      }
    } finally {
      quit.countDown();
    }
  }

  private void ask() {
    try {
      do {
        picture = next();
      } while (!quit.await(everyMillis, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Line again() {
    return Line.of("asked again each " + everyMillis / 1_000.0 + " s  (q quits)");
  }

  private List<Line> next() {
    try {
      return TopView.of(source.get(), history);
    } catch (CaudalException e) {
      return List.of(new Line(Screen.RED, "caudal: " + e.code() + ": " + e.getMessage()), again());
    } catch (RuntimeException e) {
      return List.of(new Line(Screen.RED, "caudal: can't show that: " + e), again());
    }
  }
}
