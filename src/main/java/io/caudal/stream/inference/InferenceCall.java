package io.caudal.stream.inference;

import io.caudal.engine.GenerationListener;
import io.caudal.engine.GenerationOutcome;
import io.caudal.engine.TokenScores;
import io.caudal.engine.host.Submission;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.Failure;
import io.caudal.protocol.Request;
import io.caudal.protocol.Result;
import io.caudal.protocol.TokenChunk;
import io.caudal.stream.operator.AsyncCall;
import io.caudal.stream.operator.Completion;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A request that the engine works on. Its progress is a {@link Progress}. It hears of the
 * generation on the engine's thread, and hands over at once.
 */
final class InferenceCall implements AsyncCall<int[]>, GenerationListener {

  /** What to do on the task thread when the generation has ended. */
  interface Ending {
    Result end(GenerationOutcome outcome) throws Exception;
  }

  private final Request request;
  private final long attempt;
  private final Completion<Result> completion;
  private final Ending ending;
  private final @Nullable ScoreLog scores;
  private @Nullable Submission submission;
  private int reported;
  private final AtomicInteger pieces = new AtomicInteger();

  /**
   * @param scores where log probabilities go; null if not asked for
   */
  InferenceCall(
      Request request,
      long attempt,
      Completion<Result> completion,
      @Nullable ScoreLog scores,
      Ending ending) {
    this.request = request;
    this.attempt = attempt;
    this.completion = completion;
    this.scores = scores;
    this.ending = ending;
  }

  /** A call whose answer needs no engine. */
  static AsyncCall<int[]> done() {
    return new AsyncCall<>() {
      @Override
      public int @Nullable [] snapshot() {
        return null;
      }

      @Override
      public void cancel() {}
    };
  }

  void submitted(Submission submission) {
    this.submission = submission;
  }

  @Override
  public int @Nullable [] snapshot() {
    Submission current = submission;
    int[] generated = current == null ? new int[0] : current.generated();
    if (generated.length == reported) {
      return null;
    }
    reported = generated.length;
    return scores == null ? generated : Progress.write(scores.first(generated.length));
  }

  @Override
  public void cancel() {
    Submission current = submission;
    if (current != null) {
      current.cancel(new Failure(ErrorCode.CANCELLED, "the request was given up"));
    }
  }

  @Override
  public void onScores(TokenScores next) {
    if (scores != null) {
      scores.append(next);
    }
  }

  @Override
  public void onText(String text) {
    if (request.stream()) {
      completion.emit(Outputs.TOKENS, chunk(text, false));
    }
  }

  @Override
  public void onFinish(GenerationOutcome outcome) {
    completion.complete(
        out -> {
          if (request.stream()) {
            out.emit(Outputs.TOKENS, chunk("", true));
          }
          out.emit(ending.end(outcome));
        });
  }

  @Override
  public void onEngineFailure(CaudalException failure) {
    completion.fail(failure);
  }

  /** The index that the next piece would have. */
  int nextIndex() {
    return pieces.get();
  }

  private TokenChunk chunk(String text, boolean last) {
    return new TokenChunk(
        request.requestId(), request.sessionId(), attempt, pieces.getAndIncrement(), text, last);
  }
}
