package io.caudal.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LatencySketchTest {

  @Test
  void merged_sketches_know_the_quantiles_of_all() {
    LatencySketch low = new LatencySketch();
    LatencySketch high = new LatencySketch();
    for (int i = 1; i <= 500; i++) {
      low.record(i);
      high.record(500 + i);
    }

    LatencySketch all = LatencySketch.decode(low.encode());
    all.merge(LatencySketch.decode(high.encode()));

    assertThat(all.count()).isEqualTo(1000);
    assertThat(all.quantile(0.5)).isCloseTo(500, within(10.0));
    assertThat(all.quantile(0.99)).isCloseTo(990, within(20.0));
  }

  @Test
  void an_empty_sketch_has_no_quantile() {
    assertThat(new LatencySketch().quantile(0.5)).isNaN();
    assertThat(new LatencySketch().max()).isNaN();
  }
}
