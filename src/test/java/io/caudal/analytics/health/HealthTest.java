package io.caudal.analytics.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.analytics.Fleet;
import io.caudal.analytics.JobView;
import io.caudal.analytics.JobView.Checkpoints;
import io.caudal.analytics.Reports;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.MetricsRecord.About;
import io.caudal.protocol.MetricsRecord.Device;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HealthTest {
  private static final long NOW = 1_000_000;
  private static final Broker BROKER = new Broker("k:9092", 1, List.of(), "");
  private static final Map<String, Double> GAUGES =
      Map.of(
          "engine_unfinished", 1.0,
          "engine_steps", 5.0,
          "heap_used_bytes", 10.0,
          "heap_max_bytes", 100.0,
          "disk_free_bytes", 50.0,
          "disk_total_bytes", 100.0);

  @Test
  void all_is_well() {
    Health health = health(BROKER, fleet(Map.of()), Reports.job("RUNNING", NOW - 500));

    assertThat(health.overall()).as("%s", health.checks()).isEqualTo(Status.HEALTHY);
    assertThat(health.recommendations()).isEmpty();
    assertThat(health.checks())
        .extracting(Check::component)
        .containsExactly(
            "broker",
            "job",
            "subtasks",
            "engine tm-1",
            "state backend",
            "checkpoints",
            "model",
            "device tm-1",
            "queue",
            "requests",
            "stored KV",
            "settings",
            "disk tm-1");
  }

  @Test
  void no_broker_no_topic() {
    Broker silent = new Broker("k:9092", 0, List.of(), "timed out");
    Check check = only(health(silent, Fleet.of(List.of()), null), "broker");
    assertThat(check.status()).isEqualTo(Status.UNHEALTHY);
    assertThat(check.finding()).contains("k:9092", "timed out");
    assertThat(check.remedy()).contains("--bootstrap");

    Broker lacking = new Broker("k:9092", 1, List.of("caudal.requests"), "");
    assertThat(only(health(lacking, fleet(Map.of()), null), "broker").finding())
        .contains("caudal.requests");
  }

  @Test
  void a_job_manager_that_does_not_answer_is_not_a_failed_job() {
    Surroundings all = new Surroundings(BROKER, fleet(Map.of()), "http://x", false, null, NOW);
    Check check = only(Health.of(all), "job");

    assertThat(check.status()).isEqualTo(Status.DEGRADED);
    assertThat(check.remedy()).contains("--rest");
    assertThat(only(health(BROKER, fleet(Map.of()), null), "job").status())
        .isEqualTo(Status.UNHEALTHY);
  }

  @Test
  void a_job_that_restarts_or_has_just_failed() {
    assertThat(
            only(health(BROKER, fleet(Map.of()), Reports.job("RESTARTING", NOW)), "job").status())
        .isEqualTo(Status.UNHEALTHY);
    JobView healed = withFailure(Reports.job("RUNNING", NOW), NOW - 2_000);
    Check check = only(health(BROKER, fleet(Map.of()), healed), "job");
    assertThat(check.status()).isEqualTo(Status.DEGRADED);
    assertThat(check.finding()).contains("2.0 s ago", "it broke");
    assertThat(
            only(
                    health(
                        BROKER, fleet(Map.of()), withFailure(Reports.job("RUNNING", NOW), 1_000)),
                    "job")
                .status())
        .isEqualTo(Status.HEALTHY);
  }

  @Test
  void checkpoints_grow_old() {
    assertThat(checkpoint(NOW - 29_000)).isEqualTo(Status.HEALTHY);
    assertThat(checkpoint(NOW - 31_000)).isEqualTo(Status.DEGRADED);
    assertThat(checkpoint(NOW - 301_000)).isEqualTo(Status.UNHEALTHY);
  }

  @Test
  void subtasks_fall_silent() {
    Fleet half = Fleet.of(List.of(Reports.of(0, NOW, Map.of(), GAUGES)));
    assertThat(only(health(BROKER, half, null), "subtasks").status()).isEqualTo(Status.DEGRADED);

    Fleet old =
        Fleet.of(
            List.of(
                Reports.of(0, NOW - 60_000, Map.of(), GAUGES),
                Reports.of(1, NOW - 60_000, Map.of(), GAUGES)));
    Check check = only(health(BROKER, old, null), "subtasks");
    assertThat(check.status()).isEqualTo(Status.UNHEALTHY);
    assertThat(check.finding()).contains("subtask 0, 1", "60.0 s");
    assertThat(only(health(BROKER, old, null), "disk tm-1").finding())
        .startsWith("not known; last heard: 50 B free");
    assertThat(only(health(BROKER, Fleet.of(List.of()), null), "subtasks").finding())
        .contains("none has ever");
  }

  @Test
  void an_engine_with_work_that_makes_no_step_stands() {
    List<MetricsRecord> records = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      records.add(Reports.of(0, NOW - 1_000L * i, Map.of(), GAUGES));
    }
    assertThat(engine(records).status()).isEqualTo(Status.UNHEALTHY);

    List<MetricsRecord> seldom = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      long end = NOW - 30_000L * i;
      MetricsRecord.About about = records.get(0).about();
      seldom.add(new MetricsRecord(0, 1, end - 30_000, end, Map.of(), GAUGES, Map.of(), about));
    }
    assertThat(engine(seldom).status()).isEqualTo(Status.UNHEALTHY);

    records.set(0, Reports.of(0, NOW, Map.of(), with("engine_steps", 6)));
    assertThat(engine(records).status()).isEqualTo(Status.HEALTHY);
    assertThat(engine(List.of(Reports.of(0, NOW, Map.of(), with("engine_failed", 1)))).status())
        .isEqualTo(Status.UNHEALTHY);
    assertThat(engine(List.of(Reports.of(0, NOW, Map.of(), with("heap_live_bytes", 91)))).status())
        .isEqualTo(Status.DEGRADED);
  }

  @Test
  void a_heap_that_is_too_small_for_a_setting() {
    Map<String, Double> small = with("heap_max_bytes", 320 << 20);
    assertThat(engine(List.of(Reports.of(0, NOW, Map.of(), small))).finding())
        .endsWith("steps so far");

    Map<String, Double> smaller = with("heap_max_bytes", 200 << 20);
    Check check = engine(List.of(Reports.of(0, NOW, Map.of(), smaller)));
    assertThat(check.status()).isEqualTo(Status.HEALTHY);
    assertThat(check.finding())
        .endsWith("kv.waiting-bytes is 128.0 MB, of which 100.0 MB hold: half of the JVM's heap");
  }

  @Test
  void failures_of_our_own_fault_count_and_others_do_not() {
    Check check =
        only(
            health(BROKER, fleet(Map.of("error_timeout", 2L, "error_bad_parameter", 5L)), null),
            "requests");
    assertThat(check.status()).isEqualTo(Status.DEGRADED);
    assertThat(check.finding()).contains("timeout 2").doesNotContain("bad_parameter");
    assertThat(
            only(health(BROKER, fleet(Map.of("error_out_of_memory", 1L)), null), "device tm-1")
                .remedy())
        .contains("engine.token-budget");
  }

  @Test
  void an_engine_that_stands_in_for_a_gpu_without_memory() {
    Device healthy = new Device("cuda:1", "");
    Device standIn = new Device("cpu", "cuda:0 had no memory at 2026-01-01T00:00:00Z: of 8 GB");
    Fleet fleet =
        Fleet.of(List.of(Reports.on(standIn, 0, NOW, GAUGES), Reports.on(healthy, 1, NOW, GAUGES)));

    Health health = health(BROKER, fleet, Reports.job("RUNNING", NOW));

    Check degraded = only(health, "device tm-1 cpu");
    assertThat(degraded.status()).isEqualTo(Status.DEGRADED);
    assertThat(degraded.finding()).startsWith("cpu, KV of").contains("cuda:0", "of 8 GB");
    assertThat(degraded.remedy()).contains("kv.device.tokens", "model.gpu-retry");
    assertThat(only(health, "device tm-1 cuda:1").status()).isEqualTo(Status.HEALTHY);
    assertThat(only(health, "engine tm-1 cuda:1").status()).isEqualTo(Status.HEALTHY);
    assertThat(health.overall()).isEqualTo(Status.DEGRADED);
  }

  @Test
  void a_full_queue_and_a_full_disk() {
    assertThat(queue(8_000).status()).isEqualTo(Status.HEALTHY);
    assertThat(queue(8_192).status()).isEqualTo(Status.DEGRADED);
    assertThat(queue(16_384).status()).isEqualTo(Status.UNHEALTHY);

    assertThat(disk(4.9)).isEqualTo(Status.DEGRADED);
    assertThat(disk(0.9)).isEqualTo(Status.UNHEALTHY);
  }

  @Test
  void stored_kv_that_could_not_be_used() {
    Check check = only(health(BROKER, fleet(Map.of("block_misses", 3L)), null), "stored KV");
    assertThat(check.status()).isEqualTo(Status.DEGRADED);
    assertThat(check.finding()).contains("3 blocks");
    assertThat(check.remedy()).contains("model.path", "disk");
  }

  @Test
  void what_can_not_be_known_is_not_healthy() {
    Health unknown = health(BROKER, Fleet.of(List.of()), null);
    assertThat(only(unknown, "model").status()).isEqualTo(Status.DEGRADED);
    assertThat(only(unknown, "state backend").status()).isEqualTo(Status.DEGRADED);
    assertThat(only(unknown, "checkpoints").status()).isEqualTo(Status.DEGRADED);
    Fleet noDisk = Fleet.of(List.of(Reports.of(0, NOW, Map.of(), with("disk_total_bytes", -1))));
    assertThat(only(health(BROKER, noDisk, null), "disk tm-1").status()).isEqualTo(Status.DEGRADED);
  }

  @Test
  void task_managers_with_different_models() {
    MetricsRecord one = Reports.of(0, NOW, Map.of(), GAUGES);
    MetricsRecord other =
        Reports.with(
            Reports.of(1, NOW, Map.of(), GAUGES),
            new About(2, "tm-2", "another", new Device("cpu", ""), "rocksdb", 0, Map.of()));
    Health health = health(BROKER, Fleet.of(List.of(one, other)), null);

    assertThat(only(health, "model").status()).isEqualTo(Status.DEGRADED);
    assertThat(only(health, "model").finding()).contains("another, demo");
    assertThat(only(health, "model").remedy()).contains("model.path");
    assertThat(only(health, "engine tm-2").status()).isEqualTo(Status.HEALTHY);
  }

  @Test
  void sessions_on_the_heap() {
    MetricsRecord heap =
        Reports.with(
            Reports.of(0, NOW, Map.of(), GAUGES),
            new About(1, "tm-1", "demo", new Device("cpu", ""), "hashmap", 0, Map.of()));
    Check check =
        only(health(BROKER, Fleet.of(List.of(heap)), Reports.job("RUNNING", NOW)), "state backend");

    assertThat(check.status()).as("what subtasks say goes first").isEqualTo(Status.DEGRADED);
    assertThat(check.finding()).startsWith("hashmap");
    assertThat(check.remedy()).contains("state.backend.type: rocksdb");
  }

  @Test
  void an_engine_whose_report_is_overdue() {
    Fleet fleet =
        Fleet.of(
            List.of(
                Reports.of(0, NOW, Map.of(), GAUGES),
                Reports.with(
                    Reports.of(1, NOW - 20_000, Map.of(), GAUGES),
                    new About(2, "tm-2", "demo", new Device("cpu", ""), "rocksdb", 0, Map.of()))));
    Check check = only(health(BROKER, fleet, null), "engine tm-2");

    assertThat(check.status()).isEqualTo(Status.DEGRADED);
    assertThat(check.finding()).isEqualTo("no report since 20.0 s");
  }

  @Test
  void checkpoints_that_are_off_or_mostly_fail() {
    assertThat(checkpoints(new Checkpoints(0, 0, 0, 0, 0, 0, 0, 0, "")).status())
        .isEqualTo(Status.UNHEALTHY);
    Check failing =
        checkpoints(new Checkpoints(500, 3, 4, NOW - 900, 10, 10, 10, NOW - 1_000, "disk full"));
    assertThat(failing.status()).isEqualTo(Status.DEGRADED);
    assertThat(failing.finding()).isEqualTo("more fail than complete: disk full");
    assertThat(
            checkpoints(new Checkpoints(500, 5, 4, NOW - 900, 10, 10, 10, NOW - 1_000, "disk full"))
                .status())
        .isEqualTo(Status.HEALTHY);
  }

  @Test
  void the_job_judges_itself_by_what_it_knows() {
    Checkpoints checkpoints = new Checkpoints(500, 3, 0, NOW - 900, -1, -1, -1, 0, "");
    Health well = Health.of(new JobRun(NOW - 9_000, 0, checkpoints), fleet(Map.of()), NOW);
    assertThat(well.overall()).as("%s", well.checks()).isEqualTo(Status.HEALTHY);
    assertThat(well.checks())
        .extracting(Check::component)
        .doesNotContain("broker")
        .contains("job", "subtasks", "state backend", "checkpoints", "queue", "disk tm-1");
    assertThat(only(well, "job").finding()).isEqualTo("started 9.0 s ago, restarts: 0");
    assertThat(only(well, "checkpoints").finding()).isEqualTo("the newest was 900 ms ago");

    Health restarted = Health.of(new JobRun(NOW - 9_000, 2, checkpoints), fleet(Map.of()), NOW);
    assertThat(only(restarted, "job").status()).isEqualTo(Status.DEGRADED);
    Health later = Health.of(new JobRun(NOW - 301_000, 2, checkpoints), fleet(Map.of()), NOW);
    assertThat(only(later, "job").status()).isEqualTo(Status.HEALTHY);
  }

  @Test
  void subtasks_that_differ_in_settings() {
    Fleet differ =
        Fleet.of(
            List.of(
                Reports.withSettings(0, NOW, 2, Map.of("engine.max-batch", "8")),
                Reports.withSettings(1, NOW, 1, Map.of())));
    assertThat(only(health(BROKER, differ, null), "settings").status()).isEqualTo(Status.DEGRADED);
  }

  private static JobView withFailure(JobView job, long at) {
    return new JobView(
        job.id(),
        job.name(),
        job.state(),
        job.runningTasks(),
        job.tasks(),
        job.startMillis(),
        1,
        "it broke",
        at,
        job.stateBackend(),
        job.checkpoints());
  }

  private static Fleet fleet(Map<String, Long> counters) {
    return Fleet.of(
        List.of(
            Reports.of(0, NOW - 500, counters, GAUGES),
            Reports.of(1, NOW - 400, Map.of(), GAUGES)));
  }

  private static Map<String, Double> with(String gauge, double value) {
    Map<String, Double> gauges = new HashMap<>(GAUGES);
    gauges.put(gauge, value);
    return gauges;
  }

  private static Status checkpoint(long newestMillis) {
    return only(
            health(BROKER, fleet(Map.of()), Reports.job("RUNNING", newestMillis)), "checkpoints")
        .status();
  }

  private static Check checkpoints(Checkpoints checkpoints) {
    JobView job = Reports.job("RUNNING", NOW);
    JobView with =
        new JobView(
            job.id(), job.name(), job.state(), 9, 9, 1_000, 0, "", 0, "RocksDB", checkpoints);
    return only(health(BROKER, fleet(Map.of()), with), "checkpoints");
  }

  private static Check engine(List<MetricsRecord> records) {
    return only(health(BROKER, Fleet.of(records), null), "engine tm-1");
  }

  private static Check queue(double aside) {
    Fleet fleet = Fleet.of(List.of(Reports.of(0, NOW, Map.of(), with("aside", aside))));
    return only(health(BROKER, fleet, null), "queue");
  }

  private static Status disk(double free) {
    Fleet fleet = Fleet.of(List.of(Reports.of(0, NOW, Map.of(), with("disk_free_bytes", free))));
    return only(health(BROKER, fleet, null), "disk tm-1").status();
  }

  private static Health health(Broker broker, Fleet fleet, @Nullable JobView job) {
    return Health.of(new Surroundings(broker, fleet, "http://x", true, job, NOW));
  }

  private static Check only(Health health, String component) {
    return health.checks().stream()
        .filter(check -> check.component().equals(component))
        .findFirst()
        .orElseThrow();
  }
}
