package io.caudal.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PercentilesTest {

  @Test
  void ranks_are_values_that_were_measured() {
    Percentiles hundred = Percentiles.of(IntStream.rangeClosed(1, 100).asDoubleStream());
    assertThat(hundred).isEqualTo(new Percentiles(100, 50.5, 50, 90, 99, 100));
    assertThat(Percentiles.of(DoubleStream.of(7))).isEqualTo(new Percentiles(1, 7, 7, 7, 7, 7));
    assertThat(Percentiles.of(DoubleStream.of(3, 1, 2)).p50()).isEqualTo(2);
  }

  @Test
  void no_values_have_no_percentiles() {
    Percentiles none = Percentiles.of(DoubleStream.empty());
    assertThat(none.p99()).isNaN();
    ObjectNode json = new ObjectMapper().createObjectNode();
    none.writeTo(json, "x");
    assertThat(json).hasToString("{\"x\":{\"count\":0}}");
  }
}
