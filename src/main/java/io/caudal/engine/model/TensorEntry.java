package io.caudal.engine.model;

import java.util.List;

/**
 * One tensor of a safetensors file.
 *
 * @param dtype as the file names it; only those of {@link WeightDtype} can be read
 * @param begin offset of its first byte in the file
 * @param end offset after its last byte in the file
 */
record TensorEntry(String name, String dtype, List<Long> shape, long begin, long end) {

  long bytes() {
    return end - begin;
  }

  long rows() {
    return shape.isEmpty() ? 1 : shape.get(0);
  }
}
