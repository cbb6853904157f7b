package io.caudal.cli.bench;

/**
 * What the load is made of.
 *
 * @param users conversations side by side
 * @param sessions conversations in all; the next one takes the place of one that has ended
 * @param rounds turns of a session
 * @param systemTokens start of each session's first turn, the same for all
 * @param historyTokens what follows it, each session's own
 * @param questionTokens what every turn asks
 * @param answerTokens what every answer has, exactly
 * @param rate requests a second over all users; 0 for as fast as answers come
 * @param staggered whether the first sessions start at later rounds, so that first turns spread
 *     over the whole run
 */
public record Shape(
    int users,
    int sessions,
    Spread rounds,
    int systemTokens,
    Spread historyTokens,
    Spread questionTokens,
    Spread answerTokens,
    double rate,
    boolean staggered) {

  /** What a chat template adds to a turn, generously. */
  private static final int TEMPLATE_TOKENS = 16;

  /** Texts are about as long as wanted: words have different numbers of tokens. */
  private static final double TEXT_TOLERANCE = 1.1;

  /** The same with all lengths, not numbers, times {@code factor}. */
  public Shape scaled(double factor) {
    return new Shape(
        users,
        sessions,
        rounds,
        Spread.scaled(systemTokens, factor),
        historyTokens.scaled(factor),
        questionTokens.scaled(factor),
        answerTokens.scaled(factor),
        rate,
        staggered);
  }

  /** About the most tokens that a session can come to; a model's context must have room for it. */
  public int mostTokens() {
    double text =
        TEXT_TOLERANCE
            * (systemTokens
                + historyTokens.high()
                + (double) rounds.high() * questionTokens.high());
    return (int) Math.ceil(text + rounds.high() * (double) (answerTokens.high() + TEMPLATE_TOKENS));
  }
}
