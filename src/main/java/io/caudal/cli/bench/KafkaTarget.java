package io.caudal.cli.bench;

import io.caudal.cli.client.AnswerListener;
import io.caudal.cli.client.KafkaClientSide;
import io.caudal.config.KafkaSettings;
import io.caudal.protocol.Message;
import io.caudal.protocol.Request;
import io.caudal.protocol.RequestType;
import io.caudal.protocol.Result;
import io.caudal.protocol.Role;
import io.caudal.protocol.SamplingParams;
import io.caudal.protocol.TokenChunk;
import java.time.Duration;
import java.util.List;

/** A running Caudal, through its topics. A piece's time is when this client has read it. */
final class KafkaTarget implements Target {
  /** Greedy, with as many tokens as asked for. */
  static final SamplingParams SAMPLING = new SamplingParams(0, 1, 0, 0, null, 0, 0, 1, true);

  private final KafkaClientSide client;
  private final boolean messages;

  /**
   * @param messages whether the model has a chat template
   * @throws io.caudal.error.CaudalException {@code BROKER_UNREACHABLE}
   */
  KafkaTarget(KafkaSettings settings, boolean messages) {
    this.client = KafkaClientSide.connect(settings);
    this.messages = messages;
  }

  @Override
  public void send(String requestId, String sessionId, String text, int answerTokens) {
    client.post(
        new Request(
            RequestType.GENERATE,
            requestId,
            sessionId,
            messages ? List.of(new Message(Role.USER, text)) : null,
            messages ? null : text,
            null,
            answerTokens,
            SAMPLING,
            List.of(),
            true,
            null,
            0,
            null,
            null,
            null,
            0));
  }

  @Override
  public void poll(Duration limit, TargetListener listener) {
    client.poll(
        limit,
        new AnswerListener() {
          @Override
          public void onChunk(TokenChunk chunk) {
            listener.onPiece(chunk, System.nanoTime());
          }

          @Override
          public void onResult(Result result) {
            listener.onResult(result, System.nanoTime());
          }
        });
  }

  @Override
  public void close() {
    client.close();
  }
}
