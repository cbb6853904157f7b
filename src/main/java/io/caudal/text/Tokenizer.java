package io.caudal.text;

import org.jspecify.annotations.Nullable;

/** Text to token ids and back. Implementations are safe for use by any thread. */
public interface Tokenizer {

  /**
   * @param addSpecialTokens whether the tokenizer's own additions (a BOS token, say) are put in;
   *     true only at the start of a sequence that no chat template made
   */
  int[] encode(String text, boolean addSpecialTokens);

  /**
   * The text of {@code ids[from, to)}, special tokens left out. Bytes that are not yet a whole
   * character come out as U+FFFD.
   */
  String decode(int[] ids, int from, int to);

  /** Number of ids, those without an embedding included. */
  int vocabularySize();

  /**
   * The bytes that a token adds to a text which has begun: perhaps half a character. Null if the id
   * is no token, or this tokenizer's tokens are no pieces of bytes. Not to be changed.
   */
  default byte @Nullable [] bytes(int id) {
    return null;
  }

  /** Whether a token is left out of decoded text, as markers of turns are. */
  default boolean isSpecial(int id) {
    return false;
  }
}
