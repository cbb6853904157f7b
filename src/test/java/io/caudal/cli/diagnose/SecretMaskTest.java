package io.caudal.cli.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretMaskTest {
  private final SecretMask mask =
      new SecretMask(
          Map.of(
              "kafka.client.ssl.key.password", "known-one", "topics.requests", "caudal.requests"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ssl.key.password=planted",
        "  kafka.client.ssl.truststore.password = planted",
        "\"sasl.password\": \"planted\"",
        "{\"key\":\"s3.secret-key\",\"value\":\"planted\"}",
        "{\"args\":\"{\\\"api_key\\\":\\\"planted\\\"}\"}",
        "kafka.client.sasl.jaas.config: a.PlainLoginModule required username=\"u\" password=\"planted\";",
        "password='planted'",
        "Authorization: Bearer planted1.abc",
        "https://user:planted@host/x",
        "--kafka.client.ssl.key.password planted --job.name x",
        "AWS_SECRET_ACCESS_KEY=planted",
        "s3.session-token: planted",
        "REFRESH_TOKEN=planted",
        "HF_TOKEN=planted",
        "fs.azure.account.key.x.blob.core.windows.net: planted==",
        "  kafka.client.ssl.key.password: a, planted; and more",
        "somewhere else known-one"
      })
  void secrets_are_taken_out(String text) {
    assertThat(mask.mask(text)).doesNotContain("planted", "known-one").contains(SecretMask.MASK);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "engine.token-budget=512",
        "kv.device.tokens = 65536",
        "\"completion_tokens_per_s\": 12.5",
        "eos_token_id: 2",
        "session_tokens: 12",
        "127.0.0.1:9092",
        "topics.requests=caudal.requests"
      })
  void what_is_no_secret_stays(String text) {
    assertThat(mask.mask(text)).isEqualTo(text);
  }

  @Test
  void json_stays_json() throws Exception {
    String masked =
        mask.mask(
            "[{\"key\":\"a.password\",\"value\":\"plan\\\"ted\"},{\"key\":\"b\",\"value\":1}]");
    assertThat(new ObjectMapper().readTree(masked)).hasSize(2);
    assertThat(masked).doesNotContain("ted");
  }
}
