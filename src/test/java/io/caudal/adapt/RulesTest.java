package io.caudal.adapt;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Each rule: the figures that ask for it, what it sets, and that it is silent otherwise. */
class RulesTest {
  /** What a rule needs: figures, settings that differ from the defaults, the value it sets. */
  private record Case(Map<String, Double> figures, Map<String, String> settings, String to) {}

  private static final Map<String, Double> IDLE =
      Map.of("ended", 100.0, "loops", 2.0, "batch", 3.0, "ttft_p95", 300.0, "itl_p95", 20.0);

  private static final Map<String, Case> CASES = cases();

  private static Map<String, Case> cases() {
    Map<String, Case> cases = new TreeMap<>();
    add(cases, "slow-linger", "1ms", "ttft_p95=1500", "engine.batch-linger=2ms");
    add(cases, "slow-prefill", "225", "ttft_p95=1500 prefill_p95=900", "");
    add(cases, "slow-chunks", "768", "ttft_p95=1500 prefill_p95=900 step_prefill_tokens=400", "");
    add(cases, "long-gaps", "100", "itl_p95=150 prefill_share=0.5", "");
    add(cases, "long-steps", "341", "itl_p95=150 prefill_share=0.5", "");
    add(cases, "wide-batch", "10", "itl_p95=150 batch=14", "");
    add(cases, "full-heap", "64mb", "heap_fill=0.95", "adaptive.memory-limit=1gb");
    add(cases, "full-heap-prefetch", "170", "gc=0.2", "");
    add(
        cases,
        "cold-sessions",
        "256mb",
        "refused_restore=0.2 heap_bytes=1e9",
        "adaptive.memory-limit=1gb");
    add(
        cases,
        "small-host-tier",
        "256mb",
        "evicted=40 host_fill=1 state_hits=0.5",
        "adaptive.memory-limit=1gb");
    add(
        cases,
        "few-prefetched",
        "24",
        "state_hits=0.5 subtasks=2 at_hand=40",
        "kv.prefetch-sessions=16");
    add(cases, "poor-eviction", "lfu", "evicted=80 state_hits=0.5", "kv.eviction-policy=lru");
    add(
        cases,
        "costly-ratio",
        "1.33",
        "encode_share=0.08",
        "kv.use-compression=true kv.compression-ratio=2");
    add(cases, "costly-compression", "false", "encode_share=0.2", "kv.use-compression=true");
    add(cases, "costly-zstd", "none", "encode_share=0.2", "kv.compression=zstd");
    add(
        cases,
        "costly-codec",
        "half",
        "encode_share=0.2",
        "kv.codec=int8 adaptive.bounds=kv.codec=none..int8");
    add(cases, "slow-restore", "zstd", "restore_p95=200 state_hits=0.5", "");
    add(cases, "full-batch", "24", "batch=15 in_engine=80", "");
    add(cases, "small-chunks", "768", "prefill_share=0.6 step_prefill_tokens=400", "");
    add(cases, "held-prefill", "225", "prefill_share=0.6 loops_busy=0.95", "");
    add(cases, "lonely-steps", "1ms", "cpu=0.95 loops_busy=0.3 batch=1.2", "");
    add(
        cases,
        "crowded-cores",
        "1",
        "cpu=0.99 cores_each=2 loops_each=2 emitting=0.3",
        "adaptive.bounds=engine.step-loops=1..64");
    add(
        cases,
        "idle-cores",
        "2",
        "loops_busy=0.95 cpu=0.5 cores_each=4 loops=1 in_engine=9",
        "engine.step-loops=1");
    add(cases, "vain-guesses", "2", "guessed=0.5 accepted=0.2", "");
    add(cases, "good-guesses", "6", "guessed=1.5 accepted=0.9", "");
    return cases;
  }

  private static void add(
      Map<String, Case> to, String rule, String value, String figures, String settings) {
    Map<String, Double> all = new HashMap<>(IDLE);
    pairs(figures).forEach((name, number) -> all.put(name, Double.valueOf(number)));
    to.put(rule, new Case(all, pairs(settings), value));
  }

  private static Map<String, String> pairs(String text) {
    Map<String, String> pairs = new HashMap<>();
    for (String pair : text.isEmpty() ? new String[0] : text.split(" ")) {
      int equals = pair.indexOf('=');
      pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return pairs;
  }

  @Test
  void every_rule_moves_its_setting_one_step_and_says_why() {
    assertThat(CASES.keySet())
        .containsExactlyInAnyOrderElementsOf(Rules.ALL.stream().map(Rule::name).toList());
    CASES.forEach(
        (name, one) -> {
          List<Move> moves = advice(one.figures(), one.settings());
          assertThat(moves).as(name).extracting(Move::rule).contains(name);
          Move move = moves.stream().filter(m -> m.rule().equals(name)).findFirst().orElseThrow();
          assertThat(move.to()).as(name).isEqualTo(one.to());
          assertThat(move.reason()).as(name).containsPattern("\\d").doesNotContain("NaN", "\n");
          assertThat(move.reason().length()).isLessThan(1_000);
        });
  }

  @Test
  void a_job_that_keeps_its_targets_with_room_is_left_alone() {
    assertThat(advice(IDLE, Map.of())).isEmpty();
  }

  @Test
  void a_core_that_is_left_to_others_gets_no_loop() {
    Case idle = of("idle-cores");
    Map<String, String> settings = new HashMap<>(idle.settings());
    settings.put("model.cpus", "0");
    assertThat(advice(idle.figures(), settings))
        .extracting(Move::rule)
        .doesNotContain("idle-cores");
  }

  @Test
  void few_requests_say_nothing() {
    Map<String, Double> few = new HashMap<>(of("full-batch").figures());
    few.put("ended", 3.0);
    assertThat(advice(few, Map.of())).isEmpty();
  }

  @Test
  void without_a_limit_memory_is_left_alone_and_a_setting_without_bounds_always() {
    Case host = of("small-host-tier");
    assertThat(advice(host.figures(), Map.of())).isEmpty();
    assertThat(advice(host.figures(), Map.of("adaptive.memory-limit", "300mb"))).isEmpty();
    assertThat(
            advice(of("full-batch").figures(), Map.of("adaptive.bounds", "kv.host.bytes=0..1gb")))
        .isEmpty();
    assertThat(
            advice(of("full-batch").figures(), Map.of("adaptive.bounds", "engine.max-batch=4..16")))
        .isEmpty();
  }

  @Test
  void no_limit_of_prefill_is_more_than_any_and_is_left_for_the_highest_bound() {
    Map<String, Double> gaps = of("long-gaps").figures();
    assertThat(advice(gaps, Map.of("engine.prefill-percent", "0")))
        .filteredOn(move -> move.rule().equals("long-gaps"))
        .extracting(Move::to)
        .containsExactly("600");
    assertThat(advice(of("slow-prefill").figures(), Map.of("engine.prefill-percent", "0")))
        .isEmpty();
  }

  @Test
  void steps_are_not_shortened_where_first_tokens_are_about_as_late() {
    Map<String, Double> gaps = new HashMap<>(of("long-gaps").figures()); // 1.5 of the target
    Map<String, String> target =
        Map.of("adaptive.ttft-target", "1s", "adaptive.itl-target", "100ms");
    gaps.put("ttft_p95", 1_200.0);
    assertThat(advice(gaps, target))
        .extracting(Move::rule)
        .doesNotContain("long-gaps", "long-steps");
    gaps.put("ttft_p95", 900.0);
    assertThat(advice(gaps, target)).extracting(Move::rule).contains("long-gaps", "long-steps");
    gaps.put("ttft_p95", 1_200.0);
    gaps.put("itl_p95", 200.0);
    assertThat(advice(gaps, target)).extracting(Move::rule).contains("long-gaps", "long-steps");
  }

  private static Case of(String rule) {
    return Objects.requireNonNull(CASES.get(rule));
  }

  private static List<Move> advice(Map<String, Double> figures, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("adaptive.mode", "advise");
    return Controller.advice(new Window(10_000, figures, Settings.of(all)));
  }
}
