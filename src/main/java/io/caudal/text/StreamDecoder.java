package io.caudal.text;

import java.util.Arrays;

/**
 * Token ids of one answer to text, as they come. Not thread-safe.
 *
 * <p>The prefix-offset and read-offset method of Text Generation Inference (decode_token) and vLLM
 * (detokenize_incrementally): a token's text depends on its neighbours, so a short window is
 * decoded with and without the new tokens, and the difference is what they add. Text that ends in
 * U+FFFD may be half a character and waits. Unlike there the wait is bounded, so that a token costs
 * the same however much nonsense came before.
 */
final class StreamDecoder {
  /** Tokens of the prompt that the first token's text is seen with. */
  private static final int CONTEXT_TOKENS = 6;

  /** Tokens that may wait for the rest of a character: 4 bytes, with much room. */
  private static final int MAX_WAITING = 32;

  private static final char REPLACEMENT = '\uFFFD';

  private final Tokenizer tokenizer;

  /** The text before {@code read} was given out; what is behind it waits. */
  private int[] window = new int[CONTEXT_TOKENS + MAX_WAITING];

  private int size;
  private int read;
  private String prefix = "";

  /**
   * @param prompt whose last tokens the answer follows; empty for none
   */
  StreamDecoder(Tokenizer tokenizer, int[] prompt) {
    this.tokenizer = tokenizer;
    int from = Math.max(0, prompt.length - CONTEXT_TOKENS);
    String context = tokenizer.decode(prompt, from, prompt.length);
    // Half a character at the end of the prompt could not be told from one of the answer.
    if (!waits(context)) {
      size = prompt.length - from;
      System.arraycopy(prompt, from, window, 0, size);
      read = size;
      prefix = context;
    }
  }

  /** The text that this token completes; empty while a character waits for more. */
  String accept(int tokenId) {
    if (size == window.length) {
      window = Arrays.copyOf(window, size * 2);
    }
    window[size++] = tokenId;
    String text = tokenizer.decode(window, 0, size);
    boolean whole = text.length() > prefix.length() && !waits(text);
    if (!whole && size - read < MAX_WAITING) {
      return "";
    }
    String added = text.substring(Math.min(prefix.length(), text.length()));
    System.arraycopy(window, read, window, 0, size - read);
    size -= read;
    read = size;
    prefix = tokenizer.decode(window, 0, size);
    return added;
  }

  /** The text of what still waits; half a character comes out as U+FFFD. */
  String flush() {
    String text = tokenizer.decode(window, 0, size);
    read = size;
    String added = text.substring(Math.min(prefix.length(), text.length()));
    prefix = text;
    return added;
  }

  private static boolean waits(String text) {
    return !text.isEmpty() && text.charAt(text.length() - 1) == REPLACEMENT;
  }
}
