package io.caudal.chaos;

/** One answer as a reader of the tokens topic puts it together, by the rules of the topics page. */
final class Assembled {
  /** No token of the bundled model is longer. */
  private static final int ONE_TOKEN = 20;

  private final StringBuilder text = new StringBuilder();
  private long attempt = -1;
  private int next;
  private int begin;
  private boolean complete;

  void add(SeenPiece piece) {
    if (piece.attempt() < attempt) {
      return;
    }
    if (piece.attempt() > attempt) {
      attempt = piece.attempt();
      next = 0;
      text.setLength(0);
      complete = false;
    }
    if (piece.index() == next) {
      if (next == 0) {
        begin = piece.text().length();
      }
      next++;
      text.append(piece.text());
      complete |= piece.last();
    }
  }

  /** Whether its first piece is of several tokens: those that an earlier attempt had generated. */
  boolean goesOn() {
    return begin > ONE_TOKEN;
  }

  /** Whether the pieces end and say the same as the result. */
  boolean agreesWith(SeenResult result) {
    return complete && attempt == result.attempt() && text.toString().equals(result.text());
  }

  @Override
  public String toString() {
    return "attempt " + attempt + (complete ? ", ended: " : ", not ended: ") + text;
  }
}
