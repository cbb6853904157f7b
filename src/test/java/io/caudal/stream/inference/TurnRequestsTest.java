package io.caudal.stream.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.stream.inference.TurnRequests.AtHand;
import org.junit.jupiter.api.Test;

class TurnRequestsTest {
  @Test
  void kv_that_is_not_to_be_persisted_leaves_the_device_once() {
    AtHand resident = new AtHand(null, 900, 0, 100);
    assertThat(resident.kept(true, 901)).isEqualTo(100);
    assertThat(resident.kept(false, 901)).isEqualTo(900);
    // The device has tokens of a turn that was given up too.
    assertThat(resident.kept(false, 850)).isEqualTo(850);
    assertThat(new AtHand(null, 0, 0, 100).kept(false, 901)).isEqualTo(100);
  }
}
