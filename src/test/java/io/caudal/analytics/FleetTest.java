package io.caudal.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.protocol.MetricsRecord;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FleetTest {

  @Test
  void nobody_has_reported() {
    Fleet fleet = Fleet.of(List.of());

    assertThat(fleet.subtasks()).isZero();
    assertThat(fleet.isAlive(0)).isFalse();
    assertThat(fleet.silent(0)).isEmpty();
  }

  @Test
  void subtasks_that_a_rescale_has_done_away_with_are_left_out() {
    Fleet fleet =
        Fleet.of(
            List.of(
                Reports.of(2, 5_000, Map.of("requests", 50L)),
                Reports.of(0, 9_000, Map.of("requests", 2L)),
                Reports.of(1, 9_000, Map.of("requests", 3L))));

    assertThat(fleet.subtasks()).isEqualTo(2);
    assertThat(fleet.count("requests")).isEqualTo(5);
  }

  @Test
  void one_that_misses_reports_is_silent_and_so_is_one_that_never_came() {
    Fleet one = Fleet.of(List.of(Reports.of(0, 10_000, Map.of())));

    assertThat(one.silent(11_000)).containsExactly(1);
    assertThat(one.silent(18_001)).containsExactly(0, 1);
    assertThat(one.isAlive(18_000)).isTrue();
    assertThat(one.isAlive(18_001)).isFalse();
  }

  @Test
  void growth_is_of_one_run_and_of_the_windows_asked_for() {
    MetricsRecord before =
        new MetricsRecord(
            0,
            1,
            0,
            1_000,
            Map.of("requests", 100L),
            Map.of(),
            Map.of(),
            MetricsRecord.About.NOTHING);
    List<MetricsRecord> records =
        List.of(before, after(2_000, 10), after(3_000, 30), after(4_000, 60));
    Member member = Fleet.of(records).members().get(0);

    assertThat(member.growth("requests", 1_000)).isEqualTo(30);
    assertThat(member.spanMillis(1_000)).isEqualTo(1_000);
    assertThat(member.growth("requests", 60_000)).isEqualTo(60);
    assertThat(member.spanMillis(60_000)).isEqualTo(3_000);
  }

  @Test
  void a_job_that_starts_without_state_begins_a_run_though_its_attempt_is_the_same() {
    List<MetricsRecord> records =
        List.of(after(2_000, 3_000), after(3_000, 5_000), after(60_000, 40), after(61_000, 100));
    Member member = Fleet.of(records).members().get(0);

    assertThat(member.growth("requests", 600_000)).isEqualTo(100);
    assertThat(member.growth("requests", 1_000)).isEqualTo(60);
  }

  private static MetricsRecord after(long end, long requests) {
    return new MetricsRecord(
        0,
        2,
        end - 1_000,
        end,
        Map.of("requests", requests),
        Map.of(),
        Map.of(),
        MetricsRecord.About.NOTHING);
  }
}
