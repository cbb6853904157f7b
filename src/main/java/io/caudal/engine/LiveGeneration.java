package io.caudal.engine;

import io.caudal.kv.KvBlock;
import io.caudal.protocol.Failure;
import io.caudal.protocol.FinishReason;
import io.caudal.schedule.Sequence;
import io.caudal.text.TextStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A generation while the engine works on it. Owned by the thread that steps the engine. */
final class LiveGeneration {
  private final Generation generation;
  private final Sequence sequence;
  private final GenerationListener listener;
  private final TextStream text;
  private final Sampler sampler;
  private final @Nullable JsonConstraint json;
  private final Guesser guesser = new Guesser();
  private @Nullable TokenScores scores;
  private final long submittedNanos;
  private long firstStepNanos;
  private long firstTokenNanos;
  private long lastTokenNanos;
  private long firstTokenMillis;
  private int cachedTokens;

  /**
   * @param json what the answer must be; null if it may be anything
   */
  LiveGeneration(
      Generation generation,
      Sequence sequence,
      GenerationListener listener,
      TextStream text,
      @Nullable JsonConstraint json,
      long nowNanos) {
    this.generation = generation;
    this.sequence = sequence;
    this.listener = listener;
    this.text = text;
    this.json = json;
    this.sampler = new Sampler(generation.sampling(), generation.seed(), generation.promptTokens());
    this.submittedNanos = nowNanos;
  }

  Sequence sequence() {
    return sequence;
  }

  Generation generation() {
    return generation;
  }

  GenerationListener listener() {
    return listener;
  }

  /** The first step that includes the sequence is planned; what KV it has by now was cached. */
  void started(long nowNanos) {
    if (firstStepNanos == 0) {
      firstStepNanos = nowNanos;
      int cached = sequence.tokens().size() - sequence.uncomputed();
      cachedTokens = Math.min(cached, generation.promptTokens());
    }
  }

  /** Tokens generated so far, by earlier attempts too. */
  int outputTokens() {
    return sequence.tokens().size() - generation.promptTokens();
  }

  /** Tokens that prompt and answer may have at most. */
  int mostTokens() {
    return generation.promptTokens() + generation.maxNewTokens();
  }

  /** Tokens that may still be generated. */
  int tokensLeft() {
    return generation.maxNewTokens() - outputTokens();
  }

  /** Whether the prompt's KV has been computed. */
  boolean hasPrompt() {
    return firstTokenNanos != 0;
  }

  /** Shows again the text of tokens that an earlier attempt generated. */
  void replay() {
    StringBuilder shown = new StringBuilder();
    for (int i = generation.promptTokens(); i < sequence.tokens().size(); i++) {
      int id = sequence.tokens().get(i);
      if (json != null) {
        json.accept(id);
      }
      shown.append(text.accept(id));
    }
    show(shown.toString());
  }

  /** What the next token is chosen by. */
  Wanted wanted() {
    boolean token = json == null && generation.sampling().topLogprobs() == null;
    return token ? sampler.wanted() : Wanted.LOGITS;
  }

  /** The next token's id; {@link Sampler#NONE} if none is allowed. */
  int sample(Prediction prediction, EngineClock clock) {
    int id = prediction.logits().length == 0 ? prediction.token() : choose(prediction.logits());
    lastTokenNanos = clock.nanos();
    if (firstTokenNanos == 0) {
      firstTokenNanos = lastTokenNanos;
      firstTokenMillis = clock.millis();
    }
    return id;
  }

  private int choose(float[] logits) {
    Integer top = generation.sampling().topLogprobs();
    float[] raw = top == null ? logits : logits.clone();
    int id =
        json == null
            ? sampler.sample(logits, sequence.tokens())
            : sampler.sample(logits, sequence.tokens(), json::allows);
    scores = top == null || id == Sampler.NONE ? null : TokenScores.of(raw, id, top);
    return id;
  }

  /**
   * Tokens that may come next, within what may still be generated.
   *
   * @param most of them
   * @param worth how likely a guess must be right to be worth its position
   */
  int[] guess(int most, double worth) {
    int left = mostTokens() - sequence.tokens().size() - 1;
    return most <= 0 || left <= 0
        ? new int[0]
        : guesser.guess(sequence.tokens(), Math.min(most, left), worth);
  }

  /** Of a step's guesses, so many were right. */
  void guessed(int guesses, int right) {
    guesser.heard(guesses, right);
  }

  void append(int id) {
    if (json != null) {
      json.accept(id);
    }
    if (scores != null) {
      listener.onScores(scores);
    }
    sequence.tokens().append(id);
    listener.onToken(id);
    show(text.accept(id));
  }

  /** Whether the answer is complete without another token. */
  @Nullable FinishReason reached(int contextTokens) {
    if (text.stopped() || (json != null && json.isComplete())) {
      return FinishReason.STOP;
    }
    int size = sequence.tokens().size();
    boolean full =
        size - generation.promptTokens() >= generation.maxNewTokens() || size >= contextTokens;
    return full ? FinishReason.LENGTH : null;
  }

  GenerationOutcome outcome(
      FinishReason reason, @Nullable Failure failure, List<KvBlock> newBlocks, long nowNanos) {
    show(text.flush());
    long firstStep = firstStepNanos == 0 ? nowNanos : firstStepNanos;
    long firstToken = firstTokenNanos == 0 ? firstStep : firstTokenNanos;
    return new GenerationOutcome(
        sequence.tokens().copy(generation.promptTokens(), sequence.tokens().size()),
        text.text(),
        reason,
        failure,
        cachedTokens,
        newBlocks,
        firstStep - submittedNanos,
        firstToken - firstStep,
        Math.max(0, lastTokenNanos - firstToken),
        firstTokenMillis);
  }

  private void show(String piece) {
    if (!piece.isEmpty()) {
      listener.onText(piece);
    }
  }
}
