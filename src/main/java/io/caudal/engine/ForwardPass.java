package io.caudal.engine;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a step's chunks. If they fail together, each runs once more alone, so that one
 * that breaks the model doesn't end the others: a pass that is repeated writes the same KV.
 */
final class ForwardPass {
  private final List<List<Prediction>> predictions = new ArrayList<>();
  private final List<@Nullable RuntimeException> failures = new ArrayList<>();

  private ForwardPass() {}

  /**
   * @throws RuntimeException the runner's, if no chunk succeeds alone either, or if it is {@code
   *     OUT_OF_MEMORY}
   */
  static ForwardPass run(ModelRunner runner, List<Chunk> chunks) {
    ForwardPass pass = new ForwardPass();
    try {
      pass.addAll(chunks, runner.forward(chunks));
    } catch (RuntimeException e) {
      if (chunks.size() == 1 || isOutOfMemory(e)) {
        throw e;
      }
      pass.runEachAlone(runner, chunks, e);
    }
    return pass;
  }

  private void addAll(List<Chunk> chunks, List<Prediction> all) {
    int first = 0;
    for (Chunk chunk : chunks) {
      int end = first + chunk.predictions();
      predictions.add(all.subList(first, end));
      first = end;
      failures.add(null);
    }
  }

  private void runEachAlone(ModelRunner runner, List<Chunk> chunks, RuntimeException together) {
    for (Chunk chunk : chunks) {
      try {
        addAll(List.of(chunk), runner.forward(List.of(chunk)));
      } catch (RuntimeException e) {
        if (isOutOfMemory(e)) {
          throw e;
        }
        predictions.add(List.of());
        failures.add(e);
      }
    }
    if (!failures.contains(null)) {
      throw together;
    }
  }

  private static boolean isOutOfMemory(RuntimeException e) {
    return e instanceof CaudalException known && known.code() == ErrorCode.OUT_OF_MEMORY;
  }

  /** Those of the chunk with this index; none if it wants none or failed. */
  List<Prediction> predictions(int index) {
    return predictions.get(index);
  }

  /** Why this chunk failed while others did not; null if it did not fail. */
  @Nullable RuntimeException failure(int index) {
    return failures.get(index);
  }
}
