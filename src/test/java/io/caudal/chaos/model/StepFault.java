package io.caudal.chaos.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * One fault in a model's step, ordered by a file {@value #ORDER} in the folder in which the process
 * runs. The first step that the order fits takes the file away and does as it says:
 *
 * <ul>
 *   <li>{@code throw}: the step fails;
 *   <li>{@code hang MILLIS}: it takes that much longer;
 *   <li>{@code oom}: it fills the heap until the JVM refuses;
 *   <li>{@code crash}: the process ends as it does with a native crash;
 *   <li>{@code hold-prefill}, {@code hold-decode}: a step of that kind writes the process id to
 *       {@value #HELD} and waits to be killed.
 * </ul>
 */
public final class StepFault {
  public static final String ORDER = "model-fault";
  public static final String HELD = "model-held";

  private static final Path FILE = Path.of(ORDER);
  private static final long HOLD_MILLIS = 20_000;

  private StepFault() {}

  static void strike(boolean prefill) {
    if (Files.exists(FILE)) {
      String order = take(prefill);
      if (!order.isEmpty()) {
        execute(order);
      }
    }
  }

  /** Empty if another took it, or it is meant for another kind of step. */
  private static String take(boolean prefill) {
    try {
      String order = Files.readString(FILE).strip();
      if (order.equals(prefill ? "hold-decode" : "hold-prefill")) {
        return "";
      }
      Path mine = Path.of(ORDER + "." + ProcessHandle.current().pid());
      Files.move(FILE, mine, StandardCopyOption.ATOMIC_MOVE);
      Files.delete(mine);
      return order;
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void execute(String order) {
    int space = order.indexOf(' ');
    String millis = order.substring(space + 1);
    switch (space < 0 ? order : order.substring(0, space)) {
      case "throw" -> throw new IllegalStateException("a fault in the model's step");
      case "hang" -> pause(Long.parseLong(millis));
      case "oom" -> fillHeap();
      case "crash" -> Runtime.getRuntime().halt(134);
      case "hold-prefill", "hold-decode" -> hold();
      default -> throw new IllegalStateException("no such fault: " + order);
    }
  }

  private static void hold() {
    try {
      Path fresh = Path.of(HELD + ".new");
      Files.writeString(fresh, Long.toString(ProcessHandle.current().pid()));
      Files.move(fresh, Path.of(HELD), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    pause(HOLD_MILLIS);
  }

  private static void pause(long millis) {
    long end = System.nanoTime() + millis * 1_000_000;
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  private static void fillHeap() {
    List<byte[]> all = new ArrayList<>();
    for (int used = 0; used >= 0; used = all.size()) {
      all.add(new byte[4 << 20]);
    }
  }
}
