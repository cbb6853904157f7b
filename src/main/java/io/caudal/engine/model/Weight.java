package io.caudal.engine.model;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Some rows of a tensor, as they lie in the file.
 *
 * @param shape of these rows, {@code [rows, ...]}
 * @param data the rows' numbers, little-endian; direct and read-only
 */
public record Weight(WeightDtype dtype, List<Long> shape, ByteBuffer data) {}
