package io.caudal.text;

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
}
