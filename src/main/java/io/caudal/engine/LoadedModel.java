package io.caudal.engine;

/** A model's weights on a device, shared by all runners made of it. Safe for use by any thread. */
public interface LoadedModel extends AutoCloseable {

  ModelInfo model();

  /** Where its weights are: {@code cpu} or {@code cuda:N}. */
  String device();

  /** Step loops that use the device best: one per core on a CPU, one on a GPU. */
  int defaultStepLoops();

  /** A runner over these weights with KV slots of its own; closed by its owner before this. */
  ModelRunner newRunner(int slots);

  @Override
  void close();
}
