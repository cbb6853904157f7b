package io.caudal.cli.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.metrics.Timeline.Span;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChromeTraceTest {
  private final Profile profile =
      new Profile(
          Map.of(
              "tm-1",
              List.of(
                  new Span("loop 0", "step", 10, 5, "", 2),
                  new Span("loop 0 slot 1", "decode", 11, 3, "r-1", 1)),
              "tm-2",
              List.of(new Span("loop 0", "step", 12, 1, "", 1))));

  @Test
  void task_managers_are_processes_and_tracks_threads(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("t.json");
    ChromeTrace.write(profile, file);

    JsonNode events = new ObjectMapper().readTree(file.toFile()).path("traceEvents");
    assertThat(events.findValuesAsText("ph")).containsOnly("M", "X");
    JsonNode decode =
        StreamSupport.stream(events.spliterator(), false)
            .filter(event -> event.path("name").asText().equals("decode"))
            .findFirst()
            .orElseThrow();
    assertThat(decode.path("ts").asLong()).isEqualTo(11);
    assertThat(decode.path("dur").asLong()).isEqualTo(3);
    assertThat(decode.path("args").path("request").asText()).isEqualTo("r-1");
    assertThat(events.toString()).contains("\"name\":\"tm-2\"", "\"name\":\"loop 0 slot 1\"");
  }

  @Test
  void stages_are_added_up() {
    assertThat(ProfileTable.of(profile))
        .containsPattern("step +2 +0.01 +0.00 +0.01 +3 sequences")
        .containsPattern("decode +1 .* 1 tokens");
  }
}
