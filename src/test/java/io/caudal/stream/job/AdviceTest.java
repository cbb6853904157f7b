package io.caudal.stream.job;

import static io.caudal.stream.job.Load.advice;
import static io.caudal.stream.job.Load.figure;
import static io.caudal.stream.job.Load.rules;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A situation that ails a job: the report advises what to set, and that helps. */
class AdviceTest {
  @Test
  void a_starved_batch(@TempDir Path folder) throws Exception {
    JsonNode starved;
    try (RunningJob job = RunningJob.start(folder, Map.of("job.capacity", "1"))) {
      Load load = new Load(job, 2);
      load.send("warm", 1, 10, 4).await();
      starved = load.begin().send("a", 30, 10, 60).await().report();
      assertThat(advice(starved, "starved-batch")).isEqualTo("job.capacity=512");
    }
    try (RunningJob job = RunningJob.start(folder.resolve("more"), Map.of())) {
      Load load = new Load(job, 2);
      load.send("warm", 1, 10, 4).await();
      JsonNode fed = load.begin().send("a", 30, 10, 300).await().report();
      assertThat(rules(fed)).doesNotContain("starved-batch");
      assertThat(figure(fed, "batch")).isGreaterThan(1.5 * figure(starved, "batch"));
    }
  }
}
