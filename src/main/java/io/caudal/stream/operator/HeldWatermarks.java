package io.caudal.stream.operator;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.jspecify.annotations.Nullable;

/**
 * Holds each watermark back until all inputs that came before it are done. Between two watermarks
 * lies an epoch, which counts its open inputs.
 */
final class HeldWatermarks {

  private final Deque<Epoch> epochs = new ArrayDeque<>();

  HeldWatermarks() {
    epochs.add(new Epoch());
  }

  /** Counts one more open input, to be {@linkplain Epoch#leave given back} when it is done. */
  Epoch enter() {
    Epoch current = epochs.getLast();
    current.open++;
    return current;
  }

  void hold(Watermark watermark) {
    epochs.getLast().end = watermark;
    epochs.add(new Epoch());
  }

  /** The next watermark that nothing holds back any more; null if there is none. */
  @Nullable Watermark poll() {
    Epoch first = epochs.getFirst();
    if (first.open > 0 || first.end == null) {
      return null;
    }
    epochs.removeFirst();
    return first.end;
  }

  static final class Epoch {
    private int open;
    private @Nullable Watermark end;

    private Epoch() {}

    void leave() {
      open--;
    }
  }
}
