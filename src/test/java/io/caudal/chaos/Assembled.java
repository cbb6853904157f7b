package io.caudal.chaos;

/** One answer as a reader of the tokens topic puts it together, by the rules of the topics page. */
final class Assembled {
  private final StringBuilder text = new StringBuilder();
  private long attempt = -1;
  private int next;
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
      next++;
      text.append(piece.text());
      complete |= piece.last();
    }
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
