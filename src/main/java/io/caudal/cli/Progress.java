package io.caudal.cli;

import java.io.PrintWriter;
import java.util.function.Consumer;

/** Prints each thing that is waited for, with the seconds since the start. */
final class Progress implements Consumer<String> {
  private final PrintWriter out;
  private final long start = System.nanoTime();

  Progress(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void accept(String what) {
    out.printf("[%5.1f s] %s%n", (System.nanoTime() - start) / 1e9, what);
    out.flush();
  }
}
