package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caudal.cli.console.Console;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Step loops come and go while sessions go on. */
@Timeout(180)
class StepLoopsTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));
  private static final int SESSIONS = 8;

  @Test
  void sessions_go_on_with_fewer_and_with_more(@TempDir Path folder) throws Exception {
    try (RunningJob job = RunningJob.start(folder, Map.of("engine.step-loops", "2"))) {
      List<Result> undisturbed = new ArrayList<>();
      for (int turn = 1; turn <= 3; turn++) {
        undisturbed.addAll(turn(job, "as-started", turn));
      }

      List<Result> moved = new ArrayList<>(turn(job, "moved", 1));
      setLoops(job, 1);
      moved.addAll(turn(job, "moved", 2));
      setLoops(job, 3);
      moved.addAll(turn(job, "moved", 3));

      assertThat(moved)
          .extracting(Result::text)
          .isEqualTo(undisturbed.stream().map(Result::text).toList());
      assertThat(moved.subList(SESSIONS, moved.size()))
          .as("KV has followed its session")
          .allSatisfy(result -> assertThat(result.usage().cachedTokens()).isPositive());
    }
  }

  private static void setLoops(RunningJob job, int loops) throws Exception {
    assertThat(job.command("config", "set", "engine.step-loops=" + loops).code()).isZero();
    Console console = new Console(job.kafka());
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                console.fleet().engines().values().stream()
                    .allMatch(engine -> engine.gauge("engine_loops") == loops));
  }

  /** A turn of each session at once; results in the sessions' order. */
  private static List<Result> turn(RunningJob job, String group, int turn) {
    for (int i = 0; i < SESSIONS; i++) {
      job.topics()
          .send(
              TOPICS.requestsTopic(),
              group + i,
              String.format(
                  "{\"request_id\":\"%s\",\"prompt\":\"%s %d\",\"max_tokens\":20,"
                      + "\"ignore_eos\":true}",
                  id(group, i, turn), "Once upon a time there were", i));
    }
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < SESSIONS; i++) {
      String id = id(group, i, turn);
      results.add(
          ResultJson.read(
              job.topics()
                  .await(
                      TOPICS.resultsTopic(),
                      1,
                      value -> ResultJson.read(value).requestId().equals(id))
                  .get(0)));
    }
    return results;
  }

  private static String id(String group, int session, int turn) {
    return group + session + "-" + turn;
  }
}
