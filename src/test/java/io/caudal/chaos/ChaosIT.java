package io.caudal.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Faults under load, then the audit. {@code -Dchaos.faults=N} strikes every kind and mixes of them,
 * N at least; {@code -Dchaos.seed=S} draws others.
 */
@Timeout(value = 75, unit = TimeUnit.MINUTES)
class ChaosIT {

  @Test
  void nothing_is_lost_doubled_or_altered_whatever_fails() {
    long seed = Long.getLong("chaos.seed", 1);
    int faults = Integer.getInteger("chaos.faults", 0);
    ChaosOptions options = faults == 0 ? ChaosOptions.brief(seed) : ChaosOptions.full(seed, faults);
    ChaosReport report;
    try (ChaosCluster cluster = new ChaosCluster(2, Map.of())) {
      report = new ChaosRun(cluster, options).play();
    }
    report.write(Path.of("target", "chaos"), "report");
    System.out.println(report.markdown());
    assertThat(report.problems()).isEmpty();
    // Of those that come first, one may find nothing to strike.
    assertThat(report.faults())
        .isGreaterThanOrEqualTo(faults == 0 ? options.faults() - 1 : options.faults());
    assertThat(report.findings().continued).isPositive();
    assertThat(report.findings().wentOn).isPositive();
    assertThat(report.findings().odd).isPositive();
    assertThat(report.findings().cancelled).isPositive();
    assertThat(report.findings().letters).isPositive();
  }
}
