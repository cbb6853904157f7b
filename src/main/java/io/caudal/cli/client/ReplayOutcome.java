package io.caudal.cli.client;

/** What became of a dead letter that was to be sent again. */
public enum ReplayOutcome {
  /** Sent as the letter has it. */
  FROM_LETTER("sent"),
  /** The letter has a part only; sent as the topic that it came from has it. */
  FROM_SOURCE("sent_from_source"),
  /** The letter has a part only, and the topic that it came from has it no more. Not sent. */
  SOURCE_GONE("source_gone"),
  /** It came from another topic than that of requests. Not sent. */
  NOT_A_REQUEST("not_a_request");

  private final String label;

  ReplayOutcome(String label) {
    this.label = label;
  }

  public String label() {
    return label;
  }
}
