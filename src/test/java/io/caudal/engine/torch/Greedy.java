package io.caudal.engine.torch;

import io.caudal.engine.Chunk;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.Prediction;
import io.caudal.engine.Wanted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Steps slots of a runner and takes the likeliest token each time. */
final class Greedy {
  private final ModelRunner runner;

  Greedy(ModelRunner runner) {
    this.runner = runner;
  }

  /** One sequence under way in a slot. */
  static final class Run {
    final int slot;
    final int[] prompt;
    final int maxTokens;
    final List<Integer> output = new ArrayList<>();

    /** Logits that chose each token of the output. */
    final List<float[]> logits = new ArrayList<>();

    int position;

    /**
     * @param held positions whose KV the slot holds already
     */
    Run(int slot, int[] prompt, int held, int maxTokens) {
      this.slot = slot;
      this.prompt = prompt;
      this.position = held;
      this.maxTokens = maxTokens;
    }

    int[] output() {
      return output.stream().mapToInt(i -> i).toArray();
    }
  }

  Run run(int slot, int[] prompt, int held, int maxTokens, int chunkTokens) {
    Run run = new Run(slot, prompt, held, maxTokens);
    runAll(List.of(run), chunkTokens);
    return run;
  }

  /** Runs all in one batch until each reaches a stop id or its limit. */
  void runAll(List<Run> runs, int chunkTokens) {
    runs.forEach(run -> runner.reserve(run.slot, run.prompt.length + run.maxTokens));
    List<Run> active = new ArrayList<>(runs);
    while (!active.isEmpty()) {
      List<Chunk> chunks = active.stream().map(run -> next(run, chunkTokens)).toList();
      List<Prediction> predictions = runner.forward(chunks);
      int row = 0;
      for (int i = 0; i < chunks.size(); i++) {
        Run run = active.get(i);
        run.position += chunks.get(i).tokens().length;
        if (chunks.get(i).wanted() == Wanted.LOGITS) {
          float[] logits = predictions.get(row++).logits();
          run.logits.add(logits);
          run.output.add(argmax(logits));
        }
      }
      active.removeIf(
          run ->
              run.output.size() == run.maxTokens
                  || (!run.output.isEmpty()
                      && runner.model().stopIds().contains(run.output.get(run.output.size() - 1))));
    }
  }

  private static Chunk next(Run run, int chunkTokens) {
    if (run.position < run.prompt.length) {
      int end = Math.min(run.prompt.length, run.position + chunkTokens);
      return new Chunk(
          run.slot,
          run.position,
          Arrays.copyOfRange(run.prompt, run.position, end),
          end == run.prompt.length ? Wanted.LOGITS : Wanted.NOTHING);
    }
    return new Chunk(
        run.slot, run.position, new int[] {run.output.get(run.output.size() - 1)}, Wanted.LOGITS);
  }

  static int argmax(float[] row) {
    return IntStream.range(0, row.length)
        .reduce((best, i) -> row[i] > row[best] ? i : best)
        .orElseThrow();
  }
}
