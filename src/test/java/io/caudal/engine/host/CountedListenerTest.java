package io.caudal.engine.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.engine.GenerationListener;
import io.caudal.engine.GenerationOutcome;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.FinishReason;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CountedListenerTest {
  private final AtomicInteger unfinished = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  @Test
  void kv_waits_until_the_first_token_and_the_generation_until_its_end() {
    GenerationListener listener = counted(100);
    assertThat(bytes).hasValue(100);

    listener.onToken(1);
    listener.onToken(2);
    assertThat(bytes).hasValue(0);
    assertThat(unfinished).hasValue(1);

    listener.onFinish(outcome());
    assertThat(unfinished).hasValue(0);
    assertThat(bytes).hasValue(0);
  }

  @Test
  void what_ends_without_a_token_leaves_nothing_counted() {
    counted(7).onFinish(outcome());
    counted(8).onEngineFailure(new CaudalException(ErrorCode.ENGINE_FAILED, "gone"));

    assertThat(bytes).hasValue(0);
    assertThat(unfinished).hasValue(0);
  }

  private GenerationListener counted(long held) {
    return new CountedListener(new Deaf(), unfinished, bytes, held);
  }

  private static GenerationOutcome outcome() {
    return new GenerationOutcome(new int[0], "", FinishReason.STOP, null, 0, List.of(), 0, 0, 0, 0);
  }

  private static final class Deaf implements GenerationListener {
    @Override
    public void onText(String text) {}

    @Override
    public void onFinish(GenerationOutcome outcome) {}

    @Override
    public void onEngineFailure(CaudalException failure) {}
  }
}
