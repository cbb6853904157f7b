package io.caudal.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.error.CaudalException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** What is on the topics today must be readable tomorrow. */
@NullUnmarked
class WireGoldenTest {

  @Test
  void requestsAreWrittenAndReadAsInTheGoldenFiles() {
    bothWays("request-full.json", Samples.FULL, RequestJson::write, RequestJson::read);
    bothWays("request-small.json", Samples.SMALL, RequestJson::write, RequestJson::read);
    bothWays("request-json-mode.json", Samples.SAMPLED, RequestJson::write, RequestJson::read);
  }

  @Test
  void resultsAreWrittenAndReadAsInTheGoldenFiles() {
    bothWays("result-ok.json", Samples.OK, ResultJson::write, ResultJson::read);
    bothWays("result-error.json", Samples.FAILED, ResultJson::write, ResultJson::read);
    bothWays("result-logprobs.json", Samples.SCORED, ResultJson::write, ResultJson::read);
  }

  @Test
  void tokenChunksAreWrittenAndReadAsInTheGoldenFile() {
    bothWays("token-chunk.json", Samples.CHUNK, TokenChunkJson::write, TokenChunkJson::read);
    bothWays(
        "token-chunk-choice.json", Samples.SECOND, TokenChunkJson::write, TokenChunkJson::read);
  }

  @Test
  void deadLettersAreWrittenAndReadAsInTheGoldenFile() {
    byte[] golden = golden("dead-letter.json");
    assertThat(text(DeadLetterJson.write(Samples.LETTER))).isEqualTo(text(golden));
    assertThat(DeadLetterJson.read(golden)).usingRecursiveComparison().isEqualTo(Samples.LETTER);
  }

  @Test
  void controlChangesAreWrittenAndReadAsInTheGoldenFiles() {
    bothWays(
        "control-change.json", Samples.CHANGE, ControlChangeJson::write, ControlChangeJson::read);
    assertThat(ControlChangeJson.read(bytes("{\"change_id\":\"c\",\"set\":{\"k\":8}}")))
        .isEqualTo(new ControlChange("c", Map.of("k", "8")));
  }

  @Test
  void optionalFieldsMayBeMissingAndUnknownOnesPresent() {
    Result result =
        ResultJson.read(
            bytes("{\"request_id\":\"r\",\"finish_reason\":\"stop\",\"later\":{\"a\":[1]}}"));
    assertThat(result.usage()).isEqualTo(Usage.NONE);
    assertThat(result.timings()).isEqualTo(Timings.NONE);
    assertThat(result.failure()).isNull();
    assertThat(result.text()).isEmpty();
  }

  @Test
  void aRecordOfALaterVersionIsRefused() {
    assertThatThrownBy(() -> ResultJson.read(bytes("{\"v\":2,\"request_id\":\"r\"}")))
        .isInstanceOf(CaudalException.class)
        .hasMessageContaining("v = '2'");
  }

  private static <T> void bothWays(
      String file, T record, Function<T, byte[]> write, Function<byte[], T> read) {
    byte[] golden = golden(file);
    assertThat(text(write.apply(record))).isEqualTo(text(golden));
    assertThat(read.apply(golden)).isEqualTo(record);
  }

  private static byte[] golden(String file) {
    try (InputStream in = WireGoldenTest.class.getResourceAsStream("/golden/wire/" + file)) {
      return text(in.readAllBytes()).strip().getBytes(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
