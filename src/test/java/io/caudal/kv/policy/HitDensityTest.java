package io.caudal.kv.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HitDensityTest {
  @Test
  void at_an_even_rate_the_density_is_the_rate() {
    double[] rates = new double[IdleBuckets.COUNT];
    Arrays.fill(rates, 1e-5);
    assertThat(HitDensity.of(rates)).containsOnly(new double[] {1e-5}, within(1e-12));
  }

  @Test
  void a_rate_that_rises_later_counts_before_as_far_as_the_wait_for_it_pays() {
    double[] rates = new double[IdleBuckets.COUNT];
    Arrays.fill(rates, 1e-9);
    rates[10] = 1e-4;
    double[] density = HitDensity.of(rates);
    assertThat(density[10]).isCloseTo(1e-4, within(1e-9));
    assertThat(density[9]).isBetween(1e-5, 1e-4);
    assertThat(density[8]).isBetween(1e-5, density[9]);
    assertThat(density[11]).isCloseTo(1e-9, within(1e-12));
  }
}
