package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import io.caudal.protocol.TokenChunkJson;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionListing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class TransactionsTest {
  private static final int SINKS = 3;
  private static final int SUBTASKS = 2;

  /** A transaction that is open, and those whose commit is on its way. */
  private static final int IDS_OF_A_SUBTASK = 3;

  /** Brokers remember each id for a week. */
  @Test
  void checkpoints_and_restarts_use_the_same_few_ids_and_leave_no_threads(@TempDir Path folder)
      throws Exception {
    Set<Thread> others = adminClients();
    try (RunningJob job = RunningJob.start(folder, Map.of())) {
      for (int i = 0; i < 12; i++) {
        answer(job, "r" + i);
      }
      int before = adminClientsBut(others);
      for (int restart = 0; restart < 3; restart++) {
        job.loseTaskManager();
        for (int i = 0; i < 5; i++) {
          answer(job, "r" + restart + "-" + i);
        }
      }
      assertThat(ids(job))
          .contains("caudal:attempt")
          .hasSizeBetween(SINKS * SUBTASKS + 1, SINKS * SUBTASKS * IDS_OF_A_SUBTASK + 1);
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(adminClientsBut(others)).isLessThanOrEqualTo(before));
    }
  }

  /** Its result is in a transaction that the other brokers know nothing of. */
  @Test
  void a_job_goes_on_with_other_brokers(@TempDir Path folder) throws Exception {
    Map<String, String> seldom = Map.of("execution.checkpointing.interval", "10min");
    String savepoint;
    try (RunningJob job = RunningJob.start(folder.resolve("first"), Map.of(), seldom)) {
      send(job, "first");
      job.topics()
          .await(
              job.kafka().tokensTopic(),
              1,
              value -> {
                var piece = TokenChunkJson.read(value);
                return piece.requestId().equals("first") && piece.last();
              });
      assertThat(results(job, "first")).isEmpty(); // so it is in the savepoint, uncommitted
      savepoint = job.savepoint();
      assertThat(results(job, "first")).hasSize(1);
    }
    Map<String, String> otherIds = Map.of("kafka.group-id", "elsewhere");
    try (RunningJob job = RunningJob.start(folder.resolve("other"), otherIds)) {
      answer(job, "warm");
      String unused = job.savepoint();
      job.resume(savepoint);
      assertThat(answer(job, "second").turn()).isEqualTo(2);
    }
  }

  /** Each result is seen with a checkpoint of its own. */
  private static Result answer(RunningJob job, String id) {
    send(job, id);
    String results = job.kafka().resultsTopic();
    return ResultJson.read(
        job.topics()
            .await(results, 1, value -> ResultJson.read(value).requestId().equals(id))
            .get(0));
  }

  private static List<byte[]> results(RunningJob job, String id) {
    return job.topics().all(job.kafka().resultsTopic()).stream()
        .filter(value -> ResultJson.read(value).requestId().equals(id))
        .toList();
  }

  private static void send(RunningJob job, String id) {
    String request = "{\"request_id\":\"" + id + "\",\"prompt\":\"Once\",\"max_tokens\":2}";
    job.topics().send(job.kafka().requestsTopic(), "s", request);
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

  private static int adminClientsBut(Set<Thread> others) {
    Set<Thread> own = adminClients();
    own.removeAll(others);
    return own.size();
  }

  private static Set<Thread> adminClients() {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(thread -> !thread.getName().startsWith("kafka-admin-client-thread"));
    return threads;
  }
}
