package io.caudal.engine;

import io.caudal.schedule.Sequence;
import io.caudal.schedule.Slice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Makes the chunks of a step from its slices; sequences that decode get guesses. */
final class StepChunks {
  /** What a step costs before its first position (reading the weights), in positions. */
  private static final int STEP_POSITIONS = 16;

  /** Guesses what follows the newest token of a sequence. */
  interface Guess {
    /**
     * @param worth how likely right a guess must be: the tokens that the step generates per
     *     position of its cost
     */
    int[] after(Sequence sequence, double worth);
  }

  private StepChunks() {}

  /**
   * @param wanted of what follows the newest token of a sequence
   */
  static List<Chunk> of(List<Slice> slices, Function<Sequence, Wanted> wanted, Guess guess) {
    double worth = worthOfPosition(slices);
    List<Chunk> chunks = new ArrayList<>(slices.size());
    for (Slice slice : slices) {
      int[] guesses = decodes(slice) ? guess.after(slice.sequence(), worth) : new int[0];
      chunks.add(
          chunk(
              slice, slice.completes() ? wanted.apply(slice.sequence()) : Wanted.NOTHING, guesses));
    }
    return chunks;
  }

  private static double worthOfPosition(List<Slice> slices) {
    long generated = slices.stream().filter(StepChunks::decodes).count();
    int positions = slices.stream().mapToInt(Slice::tokens).sum();
    return (double) generated / (STEP_POSITIONS + positions);
  }

  private static boolean decodes(Slice slice) {
    return slice.tokens() == 1 && slice.completes();
  }

  private static Chunk chunk(Slice slice, Wanted wanted, int[] guesses) {
    Sequence sequence = slice.sequence();
    int from = sequence.computed();
    int known = slice.tokens();
    int[] tokens =
        Arrays.copyOf(sequence.tokens().copy(from, from + known), known + guesses.length);
    System.arraycopy(guesses, 0, tokens, known, guesses.length);
    return new Chunk(sequence.slot(), from, tokens, wanted, guesses.length);
  }
}
