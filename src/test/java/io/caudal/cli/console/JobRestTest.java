package io.caudal.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.error.CaudalException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobRestTest {
  @ParameterizedTest
  @ValueSource(strings = {"http://job_manager:8081", "localhost:8081", "http://", "http://a b"})
  void what_is_no_address_is_said_to_be_none(String address) {
    assertThatThrownBy(() -> new JobRest(address))
        .isInstanceOf(CaudalException.class)
        .hasMessageContaining("'" + address + "'")
        .hasMessageContaining("--rest");
  }

  @Test
  void nobody_answers() {
    assertThat(new JobRest("http://127.0.0.1:1/").answers()).isFalse();
  }
}
