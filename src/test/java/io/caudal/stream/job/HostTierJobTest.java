package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.cli.Commands;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.Result;
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
    // A job that restarts finds no engine, so nothing but state.
    Map<String, String> settings = Map.of("engine.linger", "0ms", "kv.warm-start", "0");
    try (RunningJob job = RunningJob.start(folder, settings)) {
      ask(job, "My name is Zorvek. " + TALK);
      job.loseTaskManager();
      int read = cached(ask(job, "What is my name?"));
      assertThat(read).isGreaterThan(200);

      leavesDevice(job);
      Result whole = ask(job, "Tell me my name.");
      MetricsRecord found = job.topics().awaitReport(one -> hits(one, "host") > 0);
      long rest = hits(found, "state") - read;
      assertThat(whole.text()).contains("Zorvek");
      assertThat(rest).as("of the last block").isBetween(0L, 25L);
      assertThat(hits(found, "host") + rest).isEqualTo(cached(whole));

      // Of what is there in part only the rest is read.
      long half = Math.round(found.gauges().getOrDefault("kv_host_bytes", 0.0) / 2);
      command(job, "config", "set", "kv.host.bytes=" + half);
      leavesDevice(job);
      Result part = ask(job, "Do you know my name?");
      MetricsRecord after =
          job.topics().awaitReport(one -> hits(one, "host") > hits(found, "host"));
      long host = hits(after, "host") - hits(found, "host");
      long state = hits(after, "state") - hits(found, "state");
      assertThat(part.text()).contains("Zorvek");
      assertThat(host).isBetween(read / 4L, read * 3L / 4);
      assertThat(host + state).isEqualTo(cached(part)).isGreaterThan(cached(whole));
    }
  }

  private static void leavesDevice(RunningJob job) {
    command(job, "cache", "clear", "--session", "s", "--tier", "device");
  }

  private static Result ask(RunningJob job, String text) {
    return job.topics().ask("s", text);
  }

  private static int cached(Result result) {
    return Objects.requireNonNull(result.usage()).cachedTokens();
  }

  private static long hits(MetricsRecord report, String tier) {
    return report.counters().getOrDefault(tier + "_hit_tokens", 0L);
  }

  private static void command(RunningJob job, String... args) {
    Commands done = job.command(args);
    assertThat(done.code()).as(done.err()).isZero();
  }
}
