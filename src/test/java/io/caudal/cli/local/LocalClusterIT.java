package io.caudal.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.error.CaudalException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class LocalClusterIT {

  @Test
  void task_managers_register_are_killed_and_replaced_and_nothing_is_left_behind() {
    Path path;
    List<Long> pids;
    try (RunFolder folder = RunFolder.temporary()) {
      path = folder.path();
      try (LocalCluster cluster = start(folder, Map.of())) {
        cluster.awaitReady();
        long killed = cluster.killTaskManager("tm-1");
        assertThat(ProcessHandle.of(killed)).isEmpty();
        assertThat(cluster.addTaskManager()).isEqualTo("tm-2");
        cluster.awaitReady();
        pids = cluster.processes().stream().map(ChildProcess::pid).toList();
        assertThat(pids).hasSize(2);
      }
    }
    assertThat(pids).noneMatch(pid -> ProcessHandle.of(pid).isPresent());
    assertThat(path).doesNotExist();
  }

  @Test
  void memory_that_does_not_add_up_names_the_file() {
    Map<String, String> changes = Map.of("jobmanager.memory.process.size", "64m");
    try (RunFolder folder = RunFolder.temporary()) {
      assertThatThrownBy(() -> start(folder, changes))
          .isInstanceOf(CaudalException.class)
          .hasMessageContaining("flink-conf/config.yaml");
    }
  }

  @Test
  void a_process_that_dies_at_start_shows_the_end_of_its_log() {
    Map<String, String> changes = Map.of("jobmanager.bind-host", "no.such.host.invalid");
    try (RunFolder folder = RunFolder.temporary();
        LocalCluster cluster = start(folder, changes)) {
      assertThatThrownBy(cluster::awaitReady)
          .isInstanceOf(CaudalException.class)
          .hasMessageContaining("jobmanager ended with code")
          .hasMessageContaining("no.such.host.invalid");
    }
  }

  private static LocalCluster start(RunFolder folder, Map<String, String> changes) {
    return LocalCluster.start(Installation.locate(), folder, 0, 1, changes);
  }
}
