package io.caudal.cli;

import io.caudal.cli.client.AnswerListener;
import io.caudal.cli.client.AnswerText;
import io.caudal.cli.client.KafkaClientSide;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.Failure;
import io.caudal.protocol.Result;
import io.caudal.protocol.TokenChunk;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One conversation: reads turns, prints answers as they come. */
final class Chat {
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaClientSide client;
  private final String session;
  private final @Nullable Integer maxTokens;
  private final Duration timeout;
  private final boolean usage;
  private final PrintWriter out;

  Chat(
      KafkaClientSide client,
      String session,
      @Nullable Integer maxTokens,
      Duration timeout,
      boolean usage,
      PrintWriter out) {
    this.client = client;
    this.session = session;
    this.maxTokens = maxTokens;
    this.timeout = timeout;
    this.usage = usage;
    this.out = out;
  }

  /**
   * Goes on until the input ends.
   *
   * @param terminal whether a person types: prompts are printed
   * @return whether every turn was answered
   */
  boolean run(BufferedReader in, boolean terminal) throws IOException {
    if (terminal) {
      out.println("session " + session + "; /quit leaves");
    }
    boolean allAnswered = true;
    while (true) {
      if (terminal) {
        out.print("> ");
        out.flush();
      }
      String line = in.readLine();
      if (line == null || line.strip().equals("/quit")) {
        return allAnswered;
      }
      if (!line.isBlank()) {
        allAnswered &= turn(line);
      }
    }
  }

  private boolean turn(String text) {
    Answer answer = new Answer(UUID.randomUUID().toString());
    client.send(answer.requestId, session, text, maxTokens);
    long deadline = System.nanoTime() + timeout.toNanos();
    while (answer.result == null) {
      if (System.nanoTime() > deadline) {
        throw new CaudalException(
            ErrorCode.TIMEOUT,
            "no result within "
                + timeout.toSeconds()
                + " s (--timeout); is the job running, and has it a TaskManager?");
      }
      client.poll(POLL, answer);
    }
    return print(answer.result);
  }

  private boolean print(Result result) {
    out.println();
    Failure failure = result.failure();
    if (failure != null) {
      out.println("error " + failure.code().code() + ": " + failure.message());
    }
    if (usage) {
      out.printf(
          "  [%d prompt tokens, %d of them cached; %d generated; first after %.0f ms]%n",
          result.usage().promptTokens(),
          result.usage().cachedTokens(),
          result.usage().completionTokens(),
          result.timings().ttftMs());
    }
    out.flush();
    return failure == null;
  }

  /** Prints the one answer that is waited for, up to its result. */
  private final class Answer implements AnswerListener {
    private final String requestId;
    private final AnswerText answerText = new AnswerText();
    private @Nullable Result result;

    Answer(String requestId) {
      this.requestId = requestId;
    }

    @Override
    public void onChunk(TokenChunk chunk) {
      if (chunk.requestId().equals(requestId)) {
        out.print(answerText.accept(chunk));
        out.flush();
      }
    }

    @Override
    public void onResult(Result candidate) {
      if (candidate.requestId().equals(requestId)) {
        out.print(answerText.finish(candidate.text()));
        result = candidate;
      }
    }
  }
}
