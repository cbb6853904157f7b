package io.caudal.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.analytics.Fleet;
import io.caudal.analytics.Reports;
import io.caudal.cli.client.Dated;
import io.caudal.protocol.ControlAck;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InForceTest {
  private static final String KEY = "engine.max-batch";

  private final Fleet fleet =
      Fleet.of(
          List.of(
              Reports.withSettings(0, 10_000, 3, Map.of(KEY, "8")),
              Reports.withSettings(1, 10_000, 3, Map.of(KEY, "8"))));

  @Test
  void what_is_not_told_has_its_default() {
    InForce inForce = InForce.of(fleet, List.of());

    assertThat(inForce.text(KEY)).isEqualTo("8");
    assertThat(inForce.text("engine.token-budget")).isEqualTo("512");
    assertThat(inForce.is(KEY, "8")).isTrue();
    assertThat(inForce.versions()).containsOnly(Map.entry(3L, List.of(0, 1)));
  }

  @Test
  void an_acknowledgement_after_the_report_counts_and_disagreement_shows() {
    InForce inForce = InForce.of(fleet, List.of(ack(1, 4, 10_500, "4")));

    assertThat(inForce.text(KEY)).isEqualTo("4 (subtask 1), 8 (subtask 0)");
    assertThat(inForce.is(KEY, "8")).isFalse();
    assertThat(inForce.versions()).containsOnlyKeys(3L, 4L);
  }

  @Test
  void one_before_the_report_or_of_a_job_that_is_gone_does_not() {
    assertThat(InForce.of(fleet, List.of(ack(0, 2, 10_500, "4"))).text(KEY)).isEqualTo("8");
    assertThat(InForce.of(fleet, List.of(ack(0, 9, 9_000, "4"))).text(KEY)).isEqualTo("8");
  }

  private static Dated<ControlAck> ack(int subtask, long version, long at, String value) {
    return new Dated<>(
        at,
        new ControlAck("c", subtask, 2, version, Map.of(KEY, value), Map.of(KEY, "8"), List.of()));
  }
}
