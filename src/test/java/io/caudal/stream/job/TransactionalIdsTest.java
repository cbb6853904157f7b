package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.protocol.ResultJson;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionListing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Brokers remember each transactional id for a week: a job must not use ever new ones. */
@Timeout(120)
class TransactionalIdsTest {
  private static final int SINKS = 3;
  private static final int SUBTASKS = 2;

  /** A transaction that is open, and those whose commit is on its way. */
  private static final int IDS_OF_A_SUBTASK = 3;

  @Test
  void checkpoints_and_restarts_use_the_same_few_ids(@TempDir Path folder) throws Exception {
    try (RunningJob job = RunningJob.start(folder, Map.of())) {
      for (int i = 0; i < 12; i++) {
        answer(job, "r" + i);
      }
      job.loseTaskManager();
      for (int i = 12; i < 24; i++) {
        answer(job, "r" + i);
      }
      assertThat(ids(job))
          .contains("caudal-attempt")
          .hasSizeBetween(SINKS * SUBTASKS + 1, SINKS * SUBTASKS * IDS_OF_A_SUBTASK + 1);
    }
  }

  /** Each result is seen with a checkpoint of its own. */
  private static void answer(RunningJob job, String id) {
    String requests = job.kafka().requestsTopic();
    String request = "{\"request_id\":\"" + id + "\",\"prompt\":\"Once\",\"max_tokens\":2}";
    job.topics().send(requests, "s", request);
    job.topics()
        .await(job.kafka().resultsTopic(), 1, v -> ResultJson.read(v).requestId().equals(id));
  }

  private static Set<String> ids(RunningJob job) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", job.kafka().bootstrapServers()))) {
      Set<String> ids = new TreeSet<>();
      for (TransactionListing one : admin.listTransactions().all().get()) {
        ids.add(one.transactionalId());
      }
      return ids;
    }
  }
}
