package io.caudal.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Five times as many requests as can be answered; {@code -Dchaos.overload-seconds=N} for longer.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class OverloadIT {
  private static final long TASK_MANAGER_BYTES = 1600L << 20;

  @Test
  void memory_stays_bounded_and_what_is_late_is_shed_and_nothing_is_lost() {
    OverloadRun.Outcome outcome;
    try (ChaosCluster cluster = new ChaosCluster(1, OverloadRun.SETTINGS)) {
      int seconds = Integer.getInteger("chaos.overload-seconds", 14);
      outcome = new OverloadRun(cluster, Hardship.ARRIVALS, seconds).play();
    }
    System.out.println(outcome);
    assertThat(outcome.findings().problems()).isEmpty();
    assertThat(outcome.shed()).isPositive().isEqualTo(outcome.findings().shed);
    assertThat(outcome.mostInJob()).isPositive().isLessThanOrEqualTo(OverloadRun.MOST_IN_JOB);
    assertThat(outcome.mostWaiting()).isGreaterThan(OverloadRun.MOST_IN_JOB);
    assertThat(outcome.mostResident()).isLessThan(TASK_MANAGER_BYTES);
    assertThat(outcome.recoveredSeconds()).isLessThan(90);
  }
}
