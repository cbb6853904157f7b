package io.caudal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.metrics.Timeline.Span;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimelineTest {
  private final Timeline timeline = new Timeline();

  @Test
  void nothing_is_kept_while_it_is_off() {
    timeline.add("loop 0", "step", 0, 1_000, "", 1);
    assertThat(timeline.take()).isEmpty();
    timeline.runFor(Duration.ofMinutes(1).toNanos());
    timeline.runFor(0);
    timeline.add("loop 0", "step", 0, 1_000, "", 1);
    assertThat(timeline.isOn()).isFalse();
    assertThat(timeline.take()).isEmpty();
  }

  @Test
  void spans_come_back_as_they_were_and_nest() {
    timeline.runFor(Duration.ofMinutes(1).toNanos());
    timeline.add("loop 0", "forward", 1_999, 3_001, "r\t1", 7);
    timeline.add("loop 0", "step", 1_500, 3_100, "", 2);

    List<Span> spans = Timeline.decode(timeline.take());

    assertThat(spans).extracting(Span::name).containsExactly("forward", "step");
    Span forward = spans.get(0);
    Span step = spans.get(1);
    assertThat(forward.detail()).isEqualTo("r 1");
    assertThat(forward.amount()).isEqualTo(7);
    assertThat(forward.startMicros()).isGreaterThanOrEqualTo(step.startMicros());
    assertThat(forward.startMicros() + forward.micros())
        .isLessThanOrEqualTo(step.startMicros() + step.micros());
    assertThat(timeline.take()).isEmpty();
  }

  @Test
  void what_is_too_much_is_counted() {
    timeline.runFor(Duration.ofMinutes(1).toNanos());
    for (int i = 0; i < 20_003; i++) {
      timeline.add("loop 0", "step", i, i + 1, "", 1);
    }
    List<Span> spans = Timeline.decode(timeline.take());
    assertThat(spans).hasSize(20_001);
    assertThat(spans.get(20_000).name()).isEqualTo("dropped");
    assertThat(spans.get(20_000).amount()).isEqualTo(3);
  }
}
