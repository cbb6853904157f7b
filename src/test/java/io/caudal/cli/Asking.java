package io.caudal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.cli.client.AnswerListener;
import io.caudal.cli.client.KafkaClientSide;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.Result;
import io.caudal.protocol.TokenChunk;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client that says something in a session and waits for the result. */
final class Asking implements AnswerListener {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final String id;
  private @Nullable Result result;

  private Asking(String id) {
    this.id = id;
  }

  static Result ask(String brokers, String id, String session, String text) {
    KafkaSettings settings =
        KafkaSettings.from(Settings.of(Map.of("kafka.bootstrap-servers", brokers)));
    Asking asking = new Asking(id);
    try (KafkaClientSide client = KafkaClientSide.connect(settings)) {
      client.send(id, session, text, null);
      long end = System.nanoTime() + LIMIT.toNanos();
      while (asking.result == null) {
        assertThat(System.nanoTime()).as("no result of " + id).isLessThan(end);
        client.poll(Duration.ofMillis(100), asking);
      }
    }
    assertThat(asking.result.failure()).isNull();
    return asking.result;
  }

  @Override
  public void onChunk(TokenChunk chunk) {}

  @Override
  public void onResult(Result candidate) {
    if (candidate.requestId().equals(id)) {
      result = candidate;
    }
  }
}
