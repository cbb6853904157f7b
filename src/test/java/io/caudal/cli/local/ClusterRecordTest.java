package io.caudal.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterRecordTest {
  private static final RunningProcess SELF = self(0);

  private final RunFolder folder;

  ClusterRecordTest(@TempDir Path temp) {
    this.folder = RunFolder.inUse(temp);
  }

  @Test
  void what_was_written_is_read() {
    assertThat(ClusterRecord.read(folder)).isEmpty();
    ClusterRecord record =
        new ClusterRecord(8081, SELF, List.of(SELF), null, 0, 1, null)
            .with(new RunningProcess("tm-2", 2, 3))
            .with(new SubmittedJob("id", Map.of("model.dtype", "fp32"), 2));
    record.write(folder);
    assertThat(ClusterRecord.read(folder)).contains(record);
    assertThat(record.started()).isEqualTo(2);

    ClusterRecord.delete(folder);
    assertThat(ClusterRecord.read(folder)).isEmpty();
  }

  @Test
  void a_process_that_got_the_id_later_is_not_ours() {
    assertThat(SELF.isAlive()).isTrue();
    RunningProcess earlier = self(-60_000);
    assertThat(earlier.isAlive()).isFalse();
    earlier.terminate(); // would end this test
  }

  @Test
  void what_an_earlier_version_wrote_is_read() throws Exception {
    String self =
        "{\"name\":\"self\",\"pid\":" + SELF.pid() + ",\"started_millis\":" + SELF.started() + "}";
    ClusterRecord now = new ClusterRecord(8081, SELF, List.of(), null, 0, 1, null);
    now.write(folder);
    Path file = folder.resolve("cluster.json");
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(file.toFile());
    json.set("job_manager", new ObjectMapper().readTree(self));
    Files.writeString(file, json.toString());
    assertThat(ClusterRecord.read(folder)).contains(now);
    assertThat(now.jobManager().isAlive()).isTrue();
  }

  @Test
  void what_is_written_down_of_a_process_finds_it_again() {
    RunningProcess self = RunningProcess.of("self", ProcessHandle.current());
    assertThat(self.isAlive()).isTrue();
    assertThat(new RunningProcess("self", self.pid(), self.started() + 1).isAlive()).isFalse();
    if (Files.exists(Path.of("/proc/self/stat"))) {
      assertThat(self.started()).as("by no clock that can be set").isNotEqualTo(SELF.started());
    }
  }

  @Test
  void the_broker_ends_last() {
    RunningProcess broker = new RunningProcess("broker", 1, 0);
    RunningProcess taskManager = new RunningProcess("tm-1", 2, 0);
    ClusterRecord record =
        new ClusterRecord(8081, SELF, List.of(taskManager), broker, 9092, 1, null);
    assertThat(record.processes()).containsExactly(taskManager, SELF, broker);
    assertThat(record.without(taskManager).processes()).containsExactly(SELF, broker);
  }

  private static RunningProcess self(long moreMillis) {
    ProcessHandle self = ProcessHandle.current();
    long started = self.info().startInstant().orElseThrow().toEpochMilli();
    return new RunningProcess("self", self.pid(), started + moreMillis);
  }
}
