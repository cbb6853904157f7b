package io.caudal.engine.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.engine.EngineClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class GpuWatchTest {
  private static final List<String> TWO =
      List.of(
          "0, GPU-8932f937-d72c-4106-c12f-20bd9faed9f6, 37, 1024, 81559",
          "1, GPU-b0c8f9f2-99a1-4f2b-a8b9-0f2f6a7b3c11, [N/A], 5, 81559");
  private static final GpuUse FIRST = new GpuUse(37, 1024L << 20, 81559L << 20);
  private static final GpuUse SECOND = new GpuUse(-1, 5L << 20, 81559L << 20);

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private long now;
  private int asked;
  private boolean broken;
  private final GpuWatch watch =
      new GpuWatch(
          () -> {
            asked++;
            if (broken) {
              throw new IOException("no driver");
            }
            return Map.of("cuda:0", new GpuUse(asked, 1, 2));
          },
          tasks::add,
          new EngineClock() {
            @Override
            public long millis() {
              return now / 1_000_000;
            }

            @Override
            public long nanos() {
              return now;
            }
          });

  @Test
  void who_asks_hears_of_the_last_time_and_never_waits() {
    assertThat(watch.use("cuda:0")).isEqualTo(GpuUse.UNKNOWN);
    assertThat(watch.use("cuda:0")).isEqualTo(GpuUse.UNKNOWN);
    assertThat(tasks).hasSize(1);
    tasks.remove().run();
    assertThat(watch.use("cuda:0")).isEqualTo(new GpuUse(1, 1, 2));
    assertThat(watch.use("cuda:1")).isEqualTo(GpuUse.UNKNOWN);
    assertThat(tasks).isEmpty();

    now += Duration.ofSeconds(5).toNanos();
    assertThat(watch.use("cuda:0").utilizationPercent()).isEqualTo(1);
    tasks.remove().run();
    assertThat(watch.use("cuda:0").utilizationPercent()).isEqualTo(2);
  }

  @Test
  void a_source_that_fails_is_given_up() {
    broken = true;
    for (int i = 0; i < 10; i++) {
      now += Duration.ofSeconds(5).toNanos();
      assertThat(watch.use("cuda:0")).isEqualTo(GpuUse.UNKNOWN);
      tasks.forEach(Runnable::run);
      tasks.clear();
    }
    assertThat(asked).isEqualTo(3);
  }

  @Test
  void lines_of_nvidia_smi_by_the_names_that_pytorch_sees() {
    assertThat(NvidiaSmi.read(TWO, null)).isEqualTo(Map.of("cuda:0", FIRST, "cuda:1", SECOND));
    assertThat(NvidiaSmi.read(TWO, "1, 0")).isEqualTo(Map.of("cuda:0", SECOND, "cuda:1", FIRST));
    assertThat(NvidiaSmi.read(TWO, "GPU-b0c8")).isEqualTo(Map.of("cuda:0", SECOND));
    assertThat(NvidiaSmi.read(TWO, "MIG-1234")).isEmpty();
    assertThat(NvidiaSmi.read(List.of("No devices were found"), null)).isEmpty();
  }

  @Test
  void a_program_is_run_within_a_limit() throws Exception {
    Duration limit = Duration.ofSeconds(30);
    List<String> echo = List.of("printf", "%s\\n", TWO.get(0), TWO.get(1));
    assertThat(NvidiaSmi.lines(echo, limit)).isEqualTo(TWO);
    assertThatThrownBy(() -> NvidiaSmi.lines(List.of("no-such-nvidia-smi"), limit))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> NvidiaSmi.lines(List.of("false"), limit))
        .hasMessage("false exits with 1");
    assertThatThrownBy(() -> NvidiaSmi.lines(List.of("sleep", "60"), Duration.ofMillis(20)))
        .hasMessage("sleep takes longer than 20 ms");
  }
}
