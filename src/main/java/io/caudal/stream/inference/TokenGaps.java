package io.caudal.stream.inference;

import io.caudal.metrics.LatencySketch;

/** Times between an answer's tokens, in milliseconds. One thread writes, others read afterwards. */
final class TokenGaps {
  private static final double NANOS_PER_MILLI = 1e6;

  private final LatencySketch sketch = new LatencySketch();
  private long lastNanos;
  private boolean any;

  void token(long nanos) {
    if (any) {
      sketch.record((nanos - lastNanos) / NANOS_PER_MILLI);
    }
    any = true;
    lastNanos = nanos;
  }

  LatencySketch sketch() {
    return sketch;
  }
}
