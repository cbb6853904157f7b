package io.caudal.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.analytics.Reports;
import io.caudal.error.CaudalException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsJsonTest {

  @Test
  void what_is_written_is_read() {
    MetricsRecord record = Reports.of(3, 60_000, Map.of("requests", 7L), Map.of("aside", 2.0));
    assertThat(MetricsJson.read(MetricsJson.write(record))).isEqualTo(record);
  }

  @Test
  void a_record_from_before_there_was_a_state_backend_is_read() {
    MetricsRecord record =
        MetricsJson.read(
            "{\"v\":1,\"subtask\":1,\"attempt\":2,\"window_end_ms\":9,\"later\":{}}"
                .getBytes(UTF_8));
    assertThat(record.subtask()).isEqualTo(1);
    assertThat(record.about().stateBackend()).isEmpty();
  }

  @Test
  void health_and_reports_on_the_topic_are_no_metrics() {
    assertThatThrownBy(
            () -> MetricsJson.read("{\"v\":1,\"type\":\"health\",\"at_ms\":1}".getBytes(UTF_8)))
        .isInstanceOf(CaudalException.class)
        .hasMessageContaining("type is 'health'");
  }
}
