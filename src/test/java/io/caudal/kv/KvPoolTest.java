package io.caudal.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class KvPoolTest {

  @Test
  void reserves_all_or_nothing() {
    KvPool pool = new KvPool(100);

    assertThat(pool.tryReserve(60)).isTrue();
    assertThat(pool.tryReserve(41)).isFalse();
    assertThat(pool.free()).isEqualTo(40);
    pool.release(60);
    assertThat(pool.free()).isEqualTo(pool.total());
  }

  @Test
  void refuses_to_take_back_more_than_it_gave() {
    KvPool pool = new KvPool(100);
    pool.tryReserve(10);

    assertThatThrownBy(() -> pool.release(11)).isInstanceOf(IllegalStateException.class);
  }
}
