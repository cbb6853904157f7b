package io.caudal.cli.demo;

import io.caudal.cli.client.AnswerListener;
import io.caudal.cli.client.KafkaClientSide;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.Result;
import io.caudal.protocol.TokenChunk;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/** Sends turns and keeps what comes back, for many sessions at a time. */
final class Asker implements AnswerListener {
  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final KafkaClientSide client;
  private final Transcript transcript;
  private final Map<String, Asked> asked = new LinkedHashMap<>();

  Asker(KafkaClientSide client, Transcript transcript) {
    this.client = client;
    this.transcript = transcript;
  }

  /** Sends one turn and returns at once. */
  Asked ask(String session, String name, Turn turn) {
    Asked request = new Asked(UUID.randomUUID().toString(), name, turn, System.nanoTime());
    asked.put(request.requestId(), request);
    transcript.asked(name, turn.text());
    client.send(request.requestId(), session, turn.text(), null);
    return request;
  }

  /**
   * Takes in what comes until {@code done}, which is asked after each batch.
   *
   * @throws CaudalException {@code TIMEOUT} if that takes longer than two minutes
   */
  void pollUntil(String what, BooleanSupplier done) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!done.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new CaudalException(
            ErrorCode.TIMEOUT, what + " took longer than " + LIMIT.toSeconds() + " s");
      }
      client.poll(POLL, this);
    }
  }

  /** Everything asked so far, in order. */
  Collection<Asked> all() {
    return asked.values();
  }

  @Override
  public void onChunk(TokenChunk chunk) {
    Asked request = asked.get(chunk.requestId());
    if (request != null) {
      boolean complete = request.isComplete();
      print(request, complete, request.accept(chunk, System.nanoTime()));
    }
  }

  @Override
  public void onResult(Result result) {
    Asked request = asked.get(result.requestId());
    if (request != null) {
      boolean complete = request.isComplete();
      String text = request.accept(result, System.nanoTime());
      print(request, complete, result.failure() == null ? text : "[" + result.failure() + "]");
    }
  }

  /** An answer that was complete is done with: a later attempt's copy of it is not shown. */
  private void print(Asked request, boolean wasComplete, String text) {
    if (wasComplete) {
      return;
    }
    transcript.piece(request.name(), text);
    if (request.isComplete()) {
      transcript.ended(request.name());
    }
  }
}
