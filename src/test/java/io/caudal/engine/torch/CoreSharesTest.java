package io.caudal.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CoreSharesTest {
  private final CoreShares cores = new CoreShares(4);
  private final CoreShares.Share first = cores.newShare();
  private final CoreShares.Share second = cores.newShare();
  private final CoreShares.Share third = cores.newShare();

  @Test
  void a_long_step_takes_the_cores_of_loops_that_rest() {
    assertThat(first.threads(512)).isEqualTo(3);
    assertThat(first.threads(512)).isEqualTo(3);
    assertThat(second.threads(512)).isEqualTo(2);
    assertThat(third.threads(512)).isEqualTo(1);
    second.rest();
    second.rest();
    assertThat(first.threads(512)).isEqualTo(2);
  }

  @Test
  void a_short_step_stays_on_its_own_core() {
    assertThat(first.threads(1)).isEqualTo(1);
    assertThat(first.threads(CoreShares.WORTH_SPLITTING - 1)).isEqualTo(1);
  }

  @Test
  void a_core_that_no_loop_has_is_left_to_others() {
    second.threads(512);
    second.close();
    assertThat(first.threads(512)).isEqualTo(2);
    third.close();
    assertThat(first.threads(512)).isEqualTo(1);
  }

  @Test
  void more_loops_than_cores_have_one_thread_each() {
    CoreShares one = new CoreShares(1);
    one.newShare().threads(512);
    assertThat(one.newShare().threads(512)).isEqualTo(1);
  }
}
