package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.error.CaudalException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CaudalJobArgumentsTest {
  @Test
  void pairs_of_key_and_value() {
    assertThat(CaudalJob.parse(new String[] {"--a.b", "c=d", "--e", "--f"}))
        .containsExactly(Map.entry("a.b", "c=d"), Map.entry("e", "--f"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--kafka.client.sasl.jaas.config=secret",
        "--kafka.client.sasl.jaas.config=secret --a b",
        "--a b secret --kafka.client.sasl.jaas.config",
        "--a b --kafka.client.sasl.jaas.config"
      })
  void what_is_no_pair_is_named_by_its_place_and_key_and_not_by_what_may_be_secret(String line) {
    assertThatThrownBy(() -> CaudalJob.parse(line.split(" ")))
        .isInstanceOf(CaudalException.class)
        .hasMessageContaining("pairs of --KEY VALUE, argument ")
        .hasMessageNotContaining("secret");
  }

  @Test
  void the_key_without_a_value_is_named() {
    assertThatThrownBy(() -> CaudalJob.parse(new String[] {"--a", "b", "--kafka.group-id=x"}))
        .hasMessageContaining("argument 3 of 3 (--kafka.group-id) does not begin one");
  }
}
