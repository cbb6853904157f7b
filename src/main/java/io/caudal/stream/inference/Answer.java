package io.caudal.stream.inference;

import io.caudal.engine.GenerationListener;
import io.caudal.engine.GenerationOutcome;
import io.caudal.engine.TokenScores;
import io.caudal.engine.host.Submission;
import io.caudal.error.CaudalException;
import io.caudal.metrics.LatencySketch;
import io.caudal.protocol.Failure;
import io.caudal.protocol.TokenChunk;
import io.caudal.protocol.TokenLogprobs;
import io.caudal.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One answer to a request, mostly the only one. It hears of its generation on the engine's thread,
 * and hands over to its call at once.
 */
final class Answer implements GenerationListener {
  private final InferenceCall call;
  private final int choice;
  private final @Nullable ScoreLog scores;
  private final TokenGaps gaps = new TokenGaps();
  private @Nullable Submission submission;
  private int stored; // tokens; task thread
  private int pieces; // emitted; task thread
  private volatile @Nullable GenerationOutcome outcome;

  /**
   * @param earlier what an earlier attempt generated
   * @param scored whether log probabilities are asked for
   */
  Answer(InferenceCall call, int choice, Progress earlier, boolean scored) {
    this.call = call;
    this.choice = choice;
    this.scores = scored ? new ScoreLog(earlier.scores()) : null;
    this.stored = earlier.ids().length;
  }

  void submitted(Submission submission) {
    this.submission = submission;
  }

  /** What it has generated since it was asked last, as the call's progress has it. */
  int[] news() {
    Submission current = submission;
    int[] generated = current == null ? new int[0] : current.generated();
    int from = Math.min(stored, generated.length);
    stored = Math.max(stored, generated.length);
    return scores == null
        ? Arrays.copyOfRange(generated, from, generated.length)
        : Progress.write(scores.range(from, generated.length));
  }

  void cancel(Failure failure) {
    Submission current = submission;
    if (current != null) {
      current.cancel(failure);
    }
  }

  /** Null until it has ended. */
  @Nullable GenerationOutcome outcome() {
    return outcome;
  }

  /** Null if not asked for. */
  @Nullable List<TokenLogprobs> logprobs(Tokenizer tokenizer, int mostBytes) {
    GenerationOutcome ended = outcome;
    return scores == null || ended == null
        ? null
        : scores.told(ended.output().length, tokenizer, mostBytes);
  }

  @Override
  public void onScores(TokenScores next) {
    if (scores != null) {
      scores.append(next);
    }
  }

  @Override
  public void onToken(int id) {
    call.begun();
    gaps.token(System.nanoTime());
  }

  /** Times between its tokens; once it has ended. */
  LatencySketch gaps() {
    return gaps.sketch();
  }

  @Override
  public void onText(String text) {
    call.show(() -> chunk(text, false));
  }

  @Override
  public void onFinish(GenerationOutcome ended) {
    outcome = ended;
    call.ended(ended);
  }

  @Override
  public void onEngineFailure(CaudalException failure) {
    call.engineFailed(failure);
  }

  /** The piece that ends the answer; task thread. */
  TokenChunk last() {
    return chunk("", true);
  }

  private TokenChunk chunk(String text, boolean last) {
    return call.chunk(pieces++, text, last, choice);
  }
}
