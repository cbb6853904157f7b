package io.caudal.stream.inference;

import io.caudal.engine.GenerationOutcome;
import io.caudal.engine.host.Submission;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.Failure;
import io.caudal.protocol.Request;
import io.caudal.protocol.Result;
import io.caudal.protocol.TokenChunk;
import io.caudal.stream.operator.AsyncCall;
import io.caudal.stream.operator.Completion;
import io.caudal.stream.operator.Emitter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A request that the engine works on, with as many answers as it asks for. It ends when all have
 * ended; if one fails, the others are given up. A piece of its progress is what is new of each, as
 * {@link Progress} has it.
 */
final class InferenceCall implements StageTimeouts.Staged {

  /** What to do on the task thread when the generations have ended. */
  interface Ending {
    Result end(List<Answer> answers) throws Exception;
  }

  private final Request request;
  private final long vocabulary;
  private final long attempt;
  private final Completion<Result> completion;
  private final Ending ending;
  private final List<Answer> answers = new ArrayList<>();
  private final AtomicInteger running;
  private final AtomicReference<@Nullable Runnable> begun;
  private boolean stored; // something of this attempt; task thread

  /**
   * @param vocabulary fingerprint of the tokenizer
   * @param progress what an earlier attempt generated, of each answer
   * @param begun runs once, on any thread, when the first token is there or none will be
   */
  InferenceCall(
      Request request,
      long vocabulary,
      long attempt,
      Completion<Result> completion,
      List<Progress> progress,
      Ending ending,
      Runnable begun) {
    this.request = request;
    this.vocabulary = vocabulary;
    this.attempt = attempt;
    this.completion = completion;
    this.ending = ending;
    this.begun = new AtomicReference<>(begun);
    this.running = new AtomicInteger(progress.size());
    boolean scored = request.sampling().topLogprobs() != null;
    for (Progress earlier : progress) {
      answers.add(new Answer(this, answers.size(), earlier, scored));
    }
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

  List<Answer> answers() {
    return answers;
  }

  void submitted(List<Submission> submissions) {
    for (int i = 0; i < answers.size(); i++) {
      answers.get(i).submitted(submissions.get(i));
    }
  }

  @Override
  public int @Nullable [] snapshot() {
    int[][] parts = new int[answers.size()][];
    boolean none = true;
    for (int i = 0; i < parts.length; i++) {
      parts[i] = answers.get(i).news();
      none &= parts[i].length == 0;
    }
    if (none) {
      return null;
    }
    int[] piece = Progress.write(parts);
    boolean first = !stored;
    stored = true;
    return first ? Progress.first(piece, vocabulary) : piece;
  }

  @Override
  public void cancel() {
    cancel(new Failure(ErrorCode.CANCELLED, "the request was given up"));
  }

  private void cancel(Failure failure) {
    answers.forEach(answer -> answer.cancel(failure));
  }

  /**
   * A piece of an answer.
   *
   * @param chunk made on the task thread
   */
  void show(Supplier<TokenChunk> chunk) {
    if (request.stream()) {
      completion.emit(Outputs.TOKENS, chunk);
    }
  }

  /** Something was generated, or nothing will be. */
  void begun() {
    Runnable once = begun.get() == null ? null : begun.getAndSet(null);
    if (once != null) {
      once.run();
    }
  }

  @Override
  public boolean hasBegun() {
    return begun.get() == null;
  }

  @Override
  public boolean hasEnded() {
    return running.get() == 0;
  }

  /** An answer has ended. */
  void ended(GenerationOutcome outcome) {
    begun();
    if (outcome.failure() != null) {
      cancel(outcome.failure());
    }
    if (running.decrementAndGet() == 0) {
      completion.complete(
          out -> {
            endStream(out);
            out.emit(ending.end(answers));
          });
    }
  }

  void engineFailed(CaudalException failure) {
    completion.fail(failure);
  }

  /** The last pieces of the answers. */
  void endStream(Emitter<Result> out) {
    if (request.stream()) {
      answers.forEach(answer -> out.emit(Outputs.TOKENS, answer.last()));
    }
  }

  TokenChunk chunk(int index, String text, boolean last, int choice) {
    return new TokenChunk(
        request.requestId(), request.sessionId(), attempt, index, text, last, choice);
  }
}
