package io.caudal.text;

import java.util.List;

/**
 * The text of one answer as its tokens come: never half a character, never the start of a stop
 * text. Not thread-safe. It depends on the ids alone: fed with an earlier attempt's tokens again,
 * it gives the same text.
 */
public final class TextStream {
  private final StreamDecoder decoder;
  private final StopMatcher matcher;
  private final StringBuilder text = new StringBuilder();

  /**
   * @param stop texts that end the answer, none of them empty; an empty list for none
   * @param prompt the ids that the answer follows; only the last few are looked at
   */
  public TextStream(Tokenizer tokenizer, List<String> stop, int[] prompt) {
    this.decoder = new StreamDecoder(tokenizer, prompt);
    this.matcher = new StopMatcher(stop);
  }

  /** Takes the next token; gives the text that is safe to show now, often empty. */
  public String accept(int tokenId) {
    return stopped() ? "" : shown(matcher.accept(decoder.accept(tokenId)));
  }

  /** Whether a stop text came; the text ends before it and later tokens add nothing. */
  public boolean stopped() {
    return matcher.stopped();
  }

  /** Ends the answer: gives what was held back, half a character as U+FFFD. */
  public String flush() {
    return stopped() ? "" : shown(matcher.accept(decoder.flush()) + matcher.flush());
  }

  /** All text given so far. */
  public String text() {
    return text.toString();
  }

  private String shown(String piece) {
    text.append(piece);
    return piece;
  }
}
