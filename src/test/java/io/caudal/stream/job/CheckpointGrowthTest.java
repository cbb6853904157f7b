package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint after each turn of one session: what it adds is the turn's, not the session's. */
@Timeout(300)
class CheckpointGrowthTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));
  private static final int TURNS = 45;
  private static final int PROMPT = 24;
  private static final int ANSWER = 16;

  @Test
  void what_a_turn_adds_does_not_grow_with_the_session(@TempDir Path folder) throws Exception {
    List<Long> added = new ArrayList<>();
    List<Long> shared = new ArrayList<>();
    try (RunningJob job =
        RunningJob.start(
            folder,
            Map.of("results.delivery", "at-least-once", "kv.block-bytes", "16kb"),
            Map.of("execution.checkpointing.interval", "1h"))) {
      for (int turn = 1; turn <= TURNS; turn++) {
        Result result = turn(job, turn);
        assertThat(result.usage().promptTokens() + result.usage().completionTokens())
            .isEqualTo(turn * (PROMPT + ANSWER));
        Map<Path, Long> files = job.checkpoint();
        added.add(files.values().stream().mapToLong(Long::longValue).sum());
        shared.add(
            files.entrySet().stream()
                .filter(file -> file.getKey().toString().contains("/shared/"))
                .mapToLong(Map.Entry::getValue)
                .sum());
      }
    }
    System.out.println("bytes added by turn:           " + added);
    System.out.println("of them RocksDB's, kept later: " + shared);
    assertThat(median(added.subList(TURNS / 2, TURNS)))
        .isLessThan(2 * median(added.subList(0, TURNS / 2)));
    assertThat(added.stream().mapToLong(Long::longValue).sum())
        .as("what compaction writes again, in all")
        .isLessThan((long) (2.4 * TURNS * median(added)));
  }

  private static Result turn(RunningJob job, int turn) {
    String ids =
        IntStream.range(0, PROMPT)
            .map(i -> 5 + (turn * 31 + i * 7) % 400)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(","));
    job.topics()
        .send(
            TOPICS.requestsTopic(),
            "grows",
            String.format(
                "{\"request_id\":\"t%d\",\"prompt_ids\":[%s],\"max_tokens\":%d,\"ignore_eos\":true}",
                turn, ids, ANSWER));
    return ResultJson.read(
        job.topics()
            .await(
                TOPICS.resultsTopic(),
                1,
                value -> ResultJson.read(value).requestId().equals("t" + turn))
            .get(0));
  }

  private static double median(List<Long> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
