package io.caudal.metrics;

import com.datadoghq.sketch.ddsketch.DDSketch;
import com.datadoghq.sketch.ddsketch.DDSketches;
import com.datadoghq.sketch.ddsketch.encoding.ByteArrayInput;
import com.datadoghq.sketch.ddsketch.encoding.GrowingByteArrayOutput;
import com.datadoghq.sketch.ddsketch.store.UnboundedSizeDenseStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;

/**
 * Quantiles of a latency that can be merged over subtasks and windows: a DDSketch (Masson et al.
 * 2019) with 1 % relative error.
 */
public final class LatencySketch {
  private final DDSketch sketch;

  public LatencySketch() {
    this(DDSketches.unboundedDense(0.01));
  }

  private LatencySketch(DDSketch sketch) {
    this.sketch = sketch;
  }

  public void record(double millis) {
    sketch.accept(Math.max(0, millis));
  }

  public void merge(LatencySketch other) {
    sketch.mergeWith(other.sketch);
  }

  public double count() {
    return sketch.getCount();
  }

  /** The value that the share {@code quantile} of values does not exceed; NaN if there are none. */
  public double quantile(double quantile) {
    return sketch.isEmpty() ? Double.NaN : sketch.getValueAtQuantile(quantile);
  }

  /** All values added up, with the error of the quantiles; 0 if there are none. */
  public double sum() {
    return sketch.isEmpty() ? 0 : sketch.getSum();
  }

  public double max() {
    return sketch.isEmpty() ? Double.NaN : sketch.getMaxValue();
  }

  /** The sketch for the wire: DDSketch's own encoding, in base64. */
  public String encode() {
    GrowingByteArrayOutput out = GrowingByteArrayOutput.withDefaultInitialCapacity();
    try {
      sketch.encode(out, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Base64.getEncoder().encodeToString(out.trimmedCopy());
  }

  /** The reverse of {@link #encode}. */
  public static LatencySketch decode(String encoded) {
    try {
      return new LatencySketch(
          DDSketch.decode(
              ByteArrayInput.wrap(Base64.getDecoder().decode(encoded)),
              UnboundedSizeDenseStore::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
