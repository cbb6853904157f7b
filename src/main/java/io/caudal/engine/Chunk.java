package io.caudal.engine;

/**
 * The part of one sequence that a step computes.
 *
 * @param slot the runner's slot that holds the sequence's KV
 * @param tokens ids at positions {@code [firstPosition, firstPosition + tokens.length)}; the slot
 *     holds KV for all positions before
 * @param wanted of what follows the last position; nothing inside a prefill
 * @param guesses of the tokens, so many at the end are guesses: then it is wanted of the position
 *     before them and of each of them
 */
public record Chunk(int slot, int firstPosition, int[] tokens, Wanted wanted, int guesses) {

  public Chunk(int slot, int firstPosition, int[] tokens, Wanted wanted) {
    this(slot, firstPosition, tokens, wanted, 0);
  }

  /** Whether its sequence goes on by one known token; what else it has are guesses. */
  public boolean decodes() {
    return wanted != Wanted.NOTHING && tokens.length == 1 + guesses;
  }

  /** Predictions that it wants: those of its last so many positions. */
  public int predictions() {
    return wanted == Wanted.NOTHING ? 0 : 1 + guesses;
  }
}
