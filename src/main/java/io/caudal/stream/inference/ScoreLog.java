package io.caudal.stream.inference;

import io.caudal.engine.TokenScores;
import io.caudal.protocol.Logprob;
import io.caudal.protocol.TokenLogprobs;
import io.caudal.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Log probabilities of an answer's tokens, append-only. The engine's thread appends before the
 * token can be seen; the task thread reads.
 */
final class ScoreLog {
  /** Bytes of one entry's JSON beside its text and bytes, at most. */
  private static final int ENTRY_BYTES = 64;

  private final List<TokenScores> scores;

  /**
   * @param earlier what an earlier attempt generated
   */
  ScoreLog(List<TokenScores> earlier) {
    scores = new ArrayList<>(earlier);
  }

  synchronized void append(TokenScores next) {
    scores.add(next);
  }

  /** Those of the answer's tokens from one on and before another. */
  synchronized List<TokenScores> range(int from, int to) {
    return List.copyOf(scores.subList(from, to));
  }

  /**
   * Those of the answer's first tokens as a result tells them.
   *
   * @param mostBytes of their JSON; what would be over it is left out
   */
  List<TokenLogprobs> told(int tokens, Tokenizer tokenizer, int mostBytes) {
    List<TokenLogprobs> told = new ArrayList<>();
    long bytes = 0;
    for (TokenScores one : range(0, tokens)) {
      TokenLogprobs next = one.told(tokenizer);
      bytes += bytes(next.token());
      for (Logprob top : next.top()) {
        bytes += bytes(top);
      }
      if (bytes > mostBytes) {
        break;
      }
      told.add(next);
    }
    return List.copyOf(told);
  }

  /** At most six bytes a character of text, as in an escape, and four a byte of the list. */
  private static long bytes(Logprob token) {
    int listed = token.bytes() == null ? 0 : token.bytes().size();
    return ENTRY_BYTES + 6L * token.token().length() + 4L * listed;
  }
}
