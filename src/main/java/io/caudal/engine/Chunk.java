package io.caudal.engine;

/**
 * The part of one sequence that a step computes.
 *
 * @param slot the runner's slot that holds the sequence's KV
 * @param tokens ids at positions {@code [firstPosition, firstPosition + tokens.length)}; the slot
 *     holds KV for all positions before
 * @param wantsLogits whether the last position's logits are needed; false inside a prefill
 * @param guesses of the tokens, so many at the end are guesses: then the logits of the position
 *     before them and of each of them are wanted
 */
public record Chunk(int slot, int firstPosition, int[] tokens, boolean wantsLogits, int guesses) {

  public Chunk(int slot, int firstPosition, int[] tokens, boolean wantsLogits) {
    this(slot, firstPosition, tokens, wantsLogits, 0);
  }

  /** Whether its sequence goes on by one known token; what else it has are guesses. */
  public boolean decodes() {
    return wantsLogits && tokens.length == 1 + guesses;
  }

  /** Rows of logits that it wants: those of its last so many positions. */
  public int rows() {
    return wantsLogits ? 1 + guesses : 0;
  }
}
