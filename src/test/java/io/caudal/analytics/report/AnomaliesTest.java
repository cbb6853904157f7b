package io.caudal.analytics.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.analytics.Fleet;
import io.caudal.analytics.Reports;
import io.caudal.protocol.MetricsRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class AnomaliesTest {
  private static final int SECONDS = 120;

  @Test
  void a_steady_job_has_none() {
    assertThat(anomalies(second -> Map.of("completion_tokens", 100L * second))).isEmpty();
  }

  @Test
  void noise_is_none() {
    assertThat(anomalies(second -> Map.of("completion_tokens", 100L * second + second % 3 * 40L)))
        .isEmpty();
  }

  @Test
  void a_rate_that_falls_in_the_newest_twelfth() {
    List<Anomaly> found =
        anomalies(second -> Map.of("completion_tokens", 100L * Math.min(second, SECONDS - 12)));
    assertThat(found).extracting(Anomaly::figure).containsExactly("generated tokens/s");
    assertThat(found.get(0).finding()).startsWith("0.00 now, 100.00 before");
  }

  @Test
  void failures_where_there_were_none() {
    List<Anomaly> found =
        anomalies(second -> Map.of("results_failed", Math.max(0L, second - (SECONDS - 8))));
    assertThat(found).extracting(Anomaly::figure).containsExactly("failures/s");
  }

  @Test
  void answers_that_begin_later() {
    List<MetricsRecord> records = new ArrayList<>();
    for (int second = 1; second <= SECONDS; second++) {
      double ttft = second > SECONDS - 8 ? 900 : 100;
      records.add(
          Reports.of(
              0,
              1_000L * second,
              Map.of(),
              Map.of(),
              Map.of("ttft_ms", Reports.latency(ttft, ttft))));
    }
    List<Anomaly> found = Anomalies.of(Fleet.of(records), 1_000L * SECONDS);
    assertThat(found).extracting(Anomaly::figure).containsExactly("ttft p95, ms");
  }

  @Test
  void rates_are_over_the_time_between_records() {
    // Every 5 s, the last one in a part of 3 s.
    List<MetricsRecord> records = new ArrayList<>();
    for (int second = 0; second <= 40; second += 5) {
      long tokens = second == 40 ? 3_500 + 5 * 20 : 100L * second;
      records.add(Reports.of(0, 1_000L * second, Map.of("completion_tokens", tokens)));
    }
    List<Anomaly> found = Anomalies.of(Fleet.of(records), 40_000);
    assertThat(found).extracting(Anomaly::figure).containsExactly("generated tokens/s");
    assertThat(found.get(0).finding()).startsWith("20.00 now, 100.00 before");
  }

  @Test
  void a_short_past_tells_nothing() {
    List<MetricsRecord> records = new ArrayList<>();
    for (int second = SECONDS - 30; second <= SECONDS; second++) {
      long tokens = second == SECONDS ? 100_000 : second;
      records.add(Reports.of(0, 1_000L * second, Map.of("completion_tokens", tokens)));
    }
    assertThat(Anomalies.of(Fleet.of(records), 1_000L * SECONDS)).isEmpty();
  }

  @Test
  void a_subtask_that_does_nearly_all() {
    List<MetricsRecord> records = new ArrayList<>();
    for (int second = 1; second <= SECONDS; second++) {
      records.add(Reports.of(0, 1_000L * second, Map.of("completion_tokens", 100L * second)));
      records.add(Reports.of(1, 1_000L * second, Map.of("completion_tokens", 1L)));
    }
    // Of two subtasks one can't have more than twice its share.
    assertThat(Anomalies.of(Fleet.of(records), 1_000L * SECONDS)).isEmpty();
    List<MetricsRecord> three = new ArrayList<>();
    for (MetricsRecord record : records) {
      three.add(Reports.ofMany(3, record));
    }
    three.add(Reports.ofMany(3, Reports.of(2, 1_000L * SECONDS, Map.of("completion_tokens", 1L))));
    List<Anomaly> found = Anomalies.of(Fleet.of(three), 1_000L * SECONDS);
    assertThat(found).extracting(Anomaly::figure).containsExactly("subtasks");
    assertThat(found.get(0).finding()).contains("of the tokens of 3");
  }

  private static List<Anomaly> anomalies(IntFunction<Map<String, Long>> counters) {
    List<MetricsRecord> records = new ArrayList<>();
    for (int second = 1; second <= SECONDS; second++) {
      records.add(Reports.of(0, 1_000L * second, counters.apply(second)));
    }
    return Anomalies.of(Fleet.of(records), 1_000L * SECONDS);
  }
}
