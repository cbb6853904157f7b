package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.cli.Commands;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.Result;
import io.caudal.protocol.Usage;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A session that comes back from state once stays off the heap as far as there is room. */
class HostTierJobTest {
  private static final String TALK = "I live in Rome and like long walks. ".repeat(20);

  @Test
  void what_was_read_from_state_is_off_the_heap_next_time(@TempDir Path folder) throws Exception {
    try (RunningJob job = start(folder)) {
      Usage read = usage(ask(job, "What is my name?"));
      assertThat(read.cachedTokens()).isGreaterThan(read.promptTokens() / 2);
      command(job, "cache", "clear", "--session", "s", "--tier", "device");

      Result again = ask(job, "Tell me my name.");

      assertThat(again.text()).contains("Zorvek");
      MetricsRecord report = job.topics().awaitReport(one -> hits(one, "host") > 0);
      long rest = hits(report, "state") - read.cachedTokens();
      assertThat(rest).as("of the last block").isBetween(0L, 25L);
      assertThat(hits(report, "host") + rest).isEqualTo(usage(again).cachedTokens());
    }
  }

  @Test
  void of_a_session_that_is_partly_off_the_heap_only_the_rest_is_read(@TempDir Path folder)
      throws Exception {
    try (RunningJob job = start(folder)) {
      Usage read = usage(ask(job, "What is my name?"));
      MetricsRecord before = job.topics().awaitReport(one -> hits(one, "state") > 0);
      long half = Math.round(before.gauges().getOrDefault("kv_host_bytes", 0.0) / 2);
      command(job, "config", "set", "kv.host.bytes=" + half);
      command(job, "cache", "clear", "--session", "s", "--tier", "device");

      Result again = ask(job, "Tell me my name.");

      assertThat(again.text()).contains("Zorvek");
      MetricsRecord report = job.topics().awaitReport(one -> hits(one, "host") > 0);
      long host = hits(report, "host");
      assertThat(host).isBetween(read.cachedTokens() / 4L, read.cachedTokens() * 3L / 4);
      assertThat(host + hits(report, "state") - read.cachedTokens())
          .isEqualTo(usage(again).cachedTokens())
          .isGreaterThan(read.promptTokens());
    }
  }

  /** A job whose session is in state only. */
  private static RunningJob start(Path folder) throws Exception {
    RunningJob job = RunningJob.start(folder, Map.of("engine.linger", "0ms", "kv.warm-start", "0"));
    ask(job, "My name is Zorvek. " + TALK);
    job.loseTaskManager(); // one that restarts finds no engine
    return job;
  }

  private static Result ask(RunningJob job, String text) {
    return job.topics().ask("s", text);
  }

  private static Usage usage(Result result) {
    return Objects.requireNonNull(result.usage());
  }

  private static long hits(MetricsRecord report, String tier) {
    return report.counters().getOrDefault(tier + "_hit_tokens", 0L);
  }

  private static void command(RunningJob job, String... args) {
    Commands done = job.command(args);
    assertThat(done.code()).as(done.err()).isZero();
  }
}
