package io.caudal.engine;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * One model on one device: weights, and the KV of a fixed number of slots. Not thread-safe: the
 * thread that steps the engine owns it.
 *
 * <p>Every method may throw {@link io.caudal.error.CaudalException} with {@code OUT_OF_MEMORY} (the
 * call changed nothing and may be tried again with less) or {@code ENGINE_FAILED}.
 */
public interface ModelRunner extends AutoCloseable {

  ModelInfo model();

  /** How many sequences can hold KV at a time; slots are numbered from 0. */
  int slots();

  /** Makes room for {@code capacityTokens} positions in the slot; what it holds already stays. */
  void reserve(int slot, int capacityTokens);

  /**
   * Does now what the next write to the slot would do first: takes the memory reserved for it.
   *
   * @throws io.caudal.error.CaudalException {@code OUT_OF_MEMORY}; what the slot holds stays
   */
  default void prepare(int slot) {}

  /** Frees the slot's memory. Releasing an empty slot does nothing. */
  void release(int slot);

  /**
   * Writes blocks of KV, one after the other, into a reserved slot from position {@code firstToken}
   * on. If memory ends in the midst of them, the first ones may be written.
   *
   * @param tokens positions of each block
   * @param blocks each {@code [layers, 2, kvHeads, tokens, headDim]} in the shape's dtype,
   *     little-endian, from its position to its limit, which stay
   */
  void importKv(int slot, int firstToken, int tokens, List<ByteBuffer> blocks);

  /** Writes one block of KV. */
  default void importKv(int slot, int firstToken, int tokens, ByteBuffer block) {
    importKv(slot, firstToken, tokens, List.of(block));
  }

  /** Reads KV back as a block that {@code importKv} takes; the buffer is the caller's. */
  ByteBuffer exportKv(int slot, int firstToken, int tokens);

  /**
   * One forward pass over all chunks: writes their KV into their slots.
   *
   * @return what each chunk wants of its last positions, in the chunks' order
   */
  List<Prediction> forward(List<Chunk> chunks);

  /** The owner has nothing to run for now: others may use the cores. */
  default void rest() {}

  @Override
  void close();
}
