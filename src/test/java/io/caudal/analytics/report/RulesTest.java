package io.caudal.analytics.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Each rule by figures alone; {@code AdviceTest} brings situations about. */
class RulesTest {
  /** A job that has enough to do, and nothing that ails it. */
  private static final Map<String, Double> WELL =
      numbers(
          "ended=100 batch=6 max_batch=16 loops=1 engines=1 task_managers=1 subtasks=2 cores=2 cpu=0.6 in_engine=7 running=7 gaps=900"
              + " itl_ms_p50=20 itl_ms_p99=45 loops_prefill=0.3 commit_ms_p50=300 total_ms_p50=700"
              + " checkpoint_ms=80 checkpoint_interval_ms=500 device_fill=0.7 host_fill=0.5"
              + " state_hits=0.05 gc=0.02 heap_fill=0.4");

  private record Case(String figures, String settings, String advice) {}

  private static final Map<String, Case> CASES = cases();

  private static Map<String, Case> cases() {
    Map<String, Case> cases = new TreeMap<>();
    cases.put(
        "out-of-memory",
        new Case("error_out_of_memory=3", "model.cpu-fallback=false", "model.cpu-fallback=true"));
    cases.put(
        "full-batch",
        new Case("batch=8 max_batch=8 in_engine=40", "engine.max-batch=8", "engine.max-batch=16"));
    cases.put(
        "starved-batch",
        new Case("aside=5 batch=2 at_hand=120", "job.capacity=64", "job.capacity=512"));
    cases.put(
        "long-prompts",
        new Case(
            "loops_prefill=0.5 itl_ms_p99=300",
            "engine.prefill-percent=0",
            "engine.prefill-percent=50"));
    cases.put(
        "timeouts", new Case("error_timeout=2", "request.timeout=60s", "request.timeout=120s"));
    cases.put("busy-cpu", new Case("cpu_machine=0.99 cpu=0.7 loops=2", "", "engine.step-loops=1"));
    cases.put(
        "backpressured-sink",
        new Case("backpressured=0.3", "", "kafka.client.compression.type=lz4"));
    cases.put(
        "slow-disk",
        new Case(
            "checkpoint_ms=3000", "", "execution.checkpointing.dir=a folder on faster storage"));
    cases.put(
        "slow-commit",
        new Case(
            "commit_ms_p50=3000 checkpoint_interval_ms=5000 checkpoint_ms=150",
            "",
            "execution.checkpointing.interval=300ms"));
    cases.put(
        "cold-sessions",
        new Case(
            "refused_restore=0.2 recomputed=0.3 heap_bytes=1e9",
            "kv.waiting-bytes=32mb",
            "kv.waiting-bytes=128mb"));
    cases.put(
        "small-host-tier",
        new Case(
            "evicted=9 state_hits=0.5 host_fill=1", "kv.host.bytes=128mb", "kv.host.bytes=256mb"));
    cases.put(
        "thrashing-tier", new Case("evicted=60", "kv.device.tokens=1024", "kv.device.tokens=4096"));
    cases.put(
        "compression-cost",
        new Case("encode_share=0.2 compression=1.2", "kv.compression=zstd", "kv.compression=none"));
    cases.put(
        "full-heap",
        new Case("gc=0.2 heap_bytes=1e9", "kv.waiting-bytes=64mb", "kv.waiting-bytes=32mb"));
    return cases;
  }

  @Test
  void every_rule_says_what_it_saw_and_what_to_set() {
    assertThat(CASES.keySet())
        .containsExactlyInAnyOrderElementsOf(Rules.ALL.stream().map(Rule::name).toList());
    CASES.forEach(
        (name, one) -> {
          List<Finding> findings = findings(one);
          assertThat(findings).as(name).extracting(Finding::rule).containsExactly(name);
          Finding finding = findings.get(0);
          assertThat(finding.evidence()).as(name).containsPattern("\\d").doesNotContain("NaN");
          Advice advice = finding.advice();
          assertThat(advice.key() + "=" + advice.value()).as(name).isEqualTo(one.advice());
          assertThat(advice.effect()).as(name).isNotEmpty();
          assertThat(advice.command()).as(name).contains(advice.key(), advice.value());
          assertThat(advice.undo()).as(name).contains(advice.key());
        });
  }

  @Test
  void advice_for_step_loops_is_for_each_of_several_task_managers() {
    Case two =
        new Case("cpu_machine=1 cpu=0.9 cores=16 loops=16 engines=2 task_managers=2", "", "");
    assertThat(advice(two)).containsExactly("engine.step-loops=7");
    Case already =
        new Case(
            "cpu_machine=1 cpu=0.9 cores=2 loops=2 engines=2 task_managers=2",
            "engine.step-loops=1",
            "");
    assertThat(advice(already)).as("one core each").isEmpty();
  }

  @Test
  void advice_against_timeouts_is_for_the_limit_that_was_hit_and_one_that_is_allowed() {
    assertThat(advice(new Case("error_timeout=1", "request.timeout=500ms", "")))
        .containsExactly("request.timeout=1s");
    assertThat(
            advice(
                new Case(
                    "error_timeout=3 first_token_timeouts=2",
                    "request.first-token-timeout=750ms",
                    "")))
        .containsExactly("request.first-token-timeout=1500ms");
    assertThat(
            advice(
                new Case(
                    "error_timeout=3 decode_timeouts=2 first_token_timeouts=1",
                    "request.decode-timeout=2s request.first-token-timeout=750ms",
                    "")))
        .containsExactly("request.decode-timeout=4s");
    assertThat(advice(new Case("error_timeout=1", "request.timeout=20h", "")))
        .containsExactly("request.timeout=86400s");
  }

  @Test
  void many_requests_of_one_session_do_not_starve_the_batch() {
    assertThat(advice(new Case("aside=24 batch=1 at_hand=16", "job.capacity=256", ""))).isEmpty();
  }

  @Test
  void what_is_at_its_end_already_is_not_advised_again() {
    assertThat(advice(new Case("error_out_of_memory=1", "kv.device.tokens=4096", "")))
        .containsExactly("kv.device.tokens=2048");
    assertThat(advice(new Case("gc=0.3", "kv.waiting-bytes=0", "")))
        .containsExactly("taskmanager.memory.process.size=more than it is");
  }

  @Test
  void what_the_heap_has_no_room_for_is_not_advised() {
    String cold = "refused_restore=0.2 recomputed=0.3 heap_bytes=335544320";
    assertThat(advice(new Case(cold, "kv.waiting-bytes=128mb", "")))
        .containsExactly("kv.waiting-bytes=160mb");
    assertThat(advice(new Case(cold, "kv.waiting-bytes=160mb", "")))
        .containsExactly("taskmanager.memory.process.size=more than it is");
    assertThat(advice(new Case("gc=0.3 heap_bytes=335544320", "kv.waiting-bytes=1gb", "")))
        .containsExactly("kv.waiting-bytes=80mb");
  }

  @Test
  void how_to_go_back_names_the_value_that_was() {
    Case slow = Objects.requireNonNull(CASES.get("slow-commit"));
    assertThat(findings(slow).get(0).advice().undo())
        .isEqualTo("set execution.checkpointing.interval to 5000ms, submit again");
  }

  private static List<String> advice(Case one) {
    return findings(one).stream()
        .map(finding -> finding.advice().key() + "=" + finding.advice().value())
        .toList();
  }

  @Test
  void a_job_that_does_well_is_left_alone() {
    assertThat(Rules.findings(Figures.of(WELL, Settings.of(Map.of())))).isEmpty();
    assertThat(Rules.findings(Figures.of(Map.of(), Settings.of(Map.of())))).isEmpty();
  }

  private static List<Finding> findings(Case one) {
    Map<String, Double> figures = new HashMap<>(WELL);
    figures.putAll(numbers(one.figures()));
    return Rules.findings(Figures.of(figures, Settings.of(texts(one.settings()))));
  }

  private static Map<String, Double> numbers(String text) {
    Map<String, Double> numbers = new HashMap<>();
    texts(text).forEach((name, number) -> numbers.put(name, Double.valueOf(number)));
    return numbers;
  }

  private static Map<String, String> texts(String text) {
    Map<String, String> texts = new HashMap<>();
    for (String pair : text.isEmpty() ? new String[0] : text.split(" ")) {
      int equals = pair.indexOf('=');
      texts.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return texts;
  }
}
