package io.caudal.cli.client;

import io.caudal.protocol.TokenChunk;

/**
 * One answer as its pieces come: drops duplicates, starts over with a higher attempt, and tells
 * what to print so that a reader sees one text, whatever happened underneath. Not thread-safe.
 */
public final class AnswerText {
  private final StringBuilder text = new StringBuilder();
  private String shown = "";
  private long attempt = Long.MIN_VALUE;
  private int nextIndex;
  private boolean complete;

  /** Takes a piece; returns what a reader has not seen yet, empty if nothing. */
  public String accept(TokenChunk chunk) {
    if (chunk.attempt() > attempt) {
      attempt = chunk.attempt();
      nextIndex = 0;
      text.setLength(0);
      complete = false;
    }
    if (chunk.attempt() < attempt || chunk.index() != nextIndex) {
      return "";
    }
    nextIndex++;
    text.append(chunk.text());
    complete |= chunk.last();
    return show(text.toString());
  }

  /** Takes the final text; returns what a reader has not seen yet. */
  public String finish(String finalText) {
    complete = true;
    text.setLength(0);
    text.append(finalText);
    return show(finalText);
  }

  /** What has come so far. */
  public String text() {
    return text.toString();
  }

  /** Pieces of the present attempt. */
  public int pieces() {
    return nextIndex;
  }

  /** The highest attempt seen; {@link Long#MIN_VALUE} before the first piece. */
  public long attempt() {
    return attempt;
  }

  public boolean isComplete() {
    return complete;
  }

  /** An attempt that is behind what was shown shows nothing; one that differs shows all anew. */
  private String show(String now) {
    if (shown.startsWith(now)) {
      return "";
    }
    String fresh = now.startsWith(shown) ? now.substring(shown.length()) : "\n" + now;
    shown = now;
    return fresh;
  }
}
