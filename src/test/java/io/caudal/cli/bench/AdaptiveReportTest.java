package io.caudal.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class AdaptiveReportTest {
  private static final AdaptivePlan PLAN =
      new AdaptivePlan(
          List.of(TrialLoad.BULK, TrialLoad.STARVED),
          List.of("a", "b"),
          10,
          5,
          20,
          2,
          1,
          new Slo(500, 50));

  @Test
  void scores_are_shares_of_the_best_preset_and_their_geometric_mean() {
    AdaptiveReport report = new AdaptiveReport(PLAN);
    add(report, TrialLoad.BULK, "a", 80, 120); // two rounds: 100 on average
    add(report, TrialLoad.BULK, "b", 50);
    add(report, TrialLoad.BULK, "adaptive", 95);
    add(report, TrialLoad.STARVED, "a", 2);
    add(report, TrialLoad.STARVED, "b", 4);
    add(report, TrialLoad.STARVED, "adaptive", 4.4);

    assertThat(report.share(TrialLoad.BULK, "b")).isEqualTo(0.5);
    assertThat(report.share(TrialLoad.STARVED, "adaptive")).isCloseTo(1.1, within(1e-9));
    assertThat(report.overall("a")).isCloseTo(Math.sqrt(0.5), within(1e-9));
    assertThat(report.isClose()).isTrue();
    assertThat(report.isBest()).isTrue();
    assertThat(report.isComplete()).isTrue();
    assertThat(report.markdown())
        .contains(
            "| adaptive | 0.95 | 1.10 | 1.022 |",
            "better than any preset over all: yes",
            "- moved");
    assertThat(report.json().at("/share_of_best_preset/b/bulk").asDouble()).isEqualTo(0.5);
    assertThat(report.json().at("/within_10_percent").asBoolean()).isTrue();
  }

  @Test
  void one_load_far_behind_or_one_preset_as_good_is_said() {
    AdaptiveReport report = new AdaptiveReport(PLAN);
    add(report, TrialLoad.BULK, "a", 100);
    add(report, TrialLoad.BULK, "b", 50);
    add(report, TrialLoad.BULK, "adaptive", 89);
    add(report, TrialLoad.STARVED, "a", 4);
    add(report, TrialLoad.STARVED, "b", 4);
    add(report, TrialLoad.STARVED, "adaptive", 4);

    assertThat(report.isClose()).isFalse();
    assertThat(report.isBest()).isFalse();
  }

  private static void add(AdaptiveReport report, TrialLoad load, String arm, double... scores) {
    for (double score : scores) {
      report.add(
          new AdaptiveReport.Cell(load, arm, score, 100, 10, 5, 5, List.of("moved: reason")));
    }
  }
}
