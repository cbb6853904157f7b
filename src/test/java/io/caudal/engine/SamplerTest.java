package io.caudal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.protocol.ResponseFormat;
import io.caudal.protocol.SamplingParams;
import io.caudal.schedule.TokenLog;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final float[] LOGITS = {1f, 3f, 2f, 3f, -1f};

  @Test
  void greedy_takes_the_lowest_of_the_likeliest() {
    assertThat(sample(SamplingParams.GREEDY, 0, LOGITS)).isEqualTo(1);
  }

  @Test
  void the_same_seed_and_position_draw_the_same() {
    SamplingParams hot = params(1.5, 1, 0, 0);
    for (int position = 0; position < 200; position++) {
      int once = new Sampler(hot, 7, 0).sample(LOGITS.clone(), log(position));
      assertThat(new Sampler(hot, 7, 0).sample(LOGITS.clone(), log(position))).isEqualTo(once);
    }
  }

  @Test
  void draws_as_often_as_likely() {
    int[] counts = counts(params(1, 1, 0, 0), 40_000);
    double total = 0;
    for (float logit : LOGITS) {
      total += Math.exp(logit);
    }
    for (int id = 0; id < LOGITS.length; id++) {
      double expected = Math.exp(LOGITS[id]) / total;
      assertThat(counts[id] / 40_000.0).isBetween(expected - 0.012, expected + 0.012);
    }
  }

  @Test
  void top_k_and_top_p_and_min_p_cut_the_tail() {
    assertThat(counts(params(1, 1, 2, 0), 2_000)).satisfies(onlyIds(1, 3));
    assertThat(counts(params(1, 0.75, 0, 0), 2_000)).satisfies(onlyIds(1, 3));
    assertThat(counts(params(1, 1, 0, 0.3), 2_000)).satisfies(onlyIds(1, 2, 3));
    assertThat(counts(params(2, 0.01, 0, 0), 200)).satisfies(onlyIds(1));
  }

  @Test
  void penalties_lower_what_was_said() {
    TokenLog said = new TokenLog(new int[] {1, 3, 3}, 8);
    SamplingParams presence = new SamplingParams(0, 1, 0, 0, null, 0, 2, 1);
    SamplingParams frequency = new SamplingParams(0, 1, 0, 0, null, 0.5, 0, 1);
    SamplingParams repetition = new SamplingParams(0, 1, 0, 0, null, 0, 0, 2);

    assertThat(new Sampler(presence, 0, 0).sample(LOGITS.clone(), said)).isEqualTo(2);
    assertThat(new Sampler(frequency, 0, 0).sample(LOGITS.clone(), said)).isEqualTo(1);
    assertThat(new Sampler(repetition, 0, 0).sample(LOGITS.clone(), said)).isEqualTo(2);
    // Presence and frequency count the answer only, not the prompt.
    assertThat(new Sampler(presence, 0, 3).sample(LOGITS.clone(), said)).isEqualTo(1);
  }

  @Test
  void a_token_is_enough_where_nothing_changes_the_logits() {
    assertThat(wanted(SamplingParams.GREEDY)).isEqualTo(Wanted.LIKELIEST);
    assertThat(wanted(new SamplingParams(0, 0.5, 3, 0.2, null, 0, 0, 1)))
        .isEqualTo(Wanted.LIKELIEST);
    assertThat(wanted(new SamplingParams(0.7, 0.5, 3, 0.2, null, 0, 0, 1)))
        .isEqualTo(new Draw(0.7, 3, 0.5, 0.2, 7));
    assertThat(wanted(new SamplingParams(0, 1, 0, 0, null, 0, 2, 1))).isEqualTo(Wanted.LOGITS);
    assertThat(wanted(new SamplingParams(1, 1, 0, 0, null, 0.5, 0, 1))).isEqualTo(Wanted.LOGITS);
    assertThat(wanted(new SamplingParams(0, 1, 0, 0, null, 0, 0, 2))).isEqualTo(Wanted.LOGITS);
    assertThat(wanted(biased(Map.of(4, 4.5)))).isEqualTo(Wanted.LOGITS);
  }

  private static Wanted wanted(SamplingParams params) {
    return new Sampler(params, 7, 0).wanted();
  }

  @Test
  void a_bias_moves_a_token_up_and_down() {
    assertThat(sample(biased(Map.of(4, 4.5)), 0, LOGITS)).isEqualTo(4);
    assertThat(sample(biased(Map.of(1, -0.5, 3, -1.5)), 0, LOGITS)).isEqualTo(1);
    assertThat(sample(biased(Map.of(1, -100.0, 3, -100.0)), 0, LOGITS)).isEqualTo(2);
  }

  @Test
  void what_is_not_allowed_is_never_chosen_and_the_rest_keeps_its_shares() {
    float[] logits = new float[40];
    for (int id = 0; id < logits.length; id++) {
      logits[id] = id < 20 ? 4 : 0;
    }
    logits[25] = 1;
    int[] counts = new int[40];
    for (int i = 0; i < 40_000; i++) {
      Sampler sampler = new Sampler(params(1, 1, 0, 0), i, 0);
      counts[sampler.sample(logits.clone(), log(3), id -> id >= 24 && id < 28)]++;
    }
    // e : 1 : 1 : 1, though 20 others are likelier by far and 8 draws don't get past them.
    assertThat(counts[24] + counts[25] + counts[26] + counts[27]).isEqualTo(40_000);
    double expected = Math.E / (Math.E + 3);
    assertThat(counts[25] / 40_000.0).isBetween(expected - 0.012, expected + 0.012);
    assertThat(counts[26] / 40_000.0).isBetween(0.163, 0.187);
  }

  @Test
  void greedy_takes_the_likeliest_of_the_allowed_however_far_down_it_is() {
    float[] logits = new float[40];
    for (int id = 0; id < logits.length; id++) {
      logits[id] = -id;
    }
    Sampler greedy = new Sampler(SamplingParams.GREEDY, 0, 0);
    assertThat(greedy.sample(logits.clone(), log(3), id -> id == 2 || id == 3)).isEqualTo(2);
    assertThat(greedy.sample(logits.clone(), log(3), id -> id > 30)).isEqualTo(31);
    assertThat(greedy.sample(logits.clone(), log(3), id -> false)).isEqualTo(Sampler.NONE);
    Sampler cut = new Sampler(params(1, 0.5, 5, 0.1), 7, 0);
    assertThat(cut.sample(logits.clone(), log(3), id -> id > 38)).isEqualTo(39);
    assertThat(cut.sample(logits.clone(), log(3), id -> false)).isEqualTo(Sampler.NONE);
  }

  private static SamplingParams biased(Map<Integer, Double> bias) {
    return new SamplingParams(0, 1, 0, 0, null, 0, 0, 1, false, bias, null, ResponseFormat.TEXT, 1);
  }

  @Test
  void uniform_numbers_are_spread_evenly() {
    int[] buckets = new int[10];
    for (int position = 0; position < 10_000; position++) {
      double u = new Draw(1, 0, 1, 0, 42).uniform(position);
      assertThat(u).isBetween(0.0, Math.nextDown(1.0));
      buckets[(int) (u * 10)]++;
    }
    for (int count : buckets) {
      assertThat(count).isBetween(880, 1120);
    }
  }

  private static java.util.function.Consumer<int[]> onlyIds(int... ids) {
    return counts -> {
      for (int id = 0; id < counts.length; id++) {
        int wanted = id;
        boolean allowed = java.util.Arrays.stream(ids).anyMatch(i -> i == wanted);
        assertThat(counts[id] > 0).as("id %d", id).isEqualTo(allowed);
      }
    };
  }

  private static int[] counts(SamplingParams params, int draws) {
    int[] counts = new int[LOGITS.length];
    for (int i = 0; i < draws; i++) {
      counts[new Sampler(params, i, 0).sample(LOGITS.clone(), log(3))]++;
    }
    return counts;
  }

  private static int sample(SamplingParams params, long seed, float[] logits) {
    return new Sampler(params, seed, 0).sample(logits.clone(), log(3));
  }

  private static SamplingParams params(double temperature, double topP, int topK, double minP) {
    return new SamplingParams(temperature, topP, topK, minP, null, 0, 0, 1);
  }

  private static TokenLog log(int length) {
    return new TokenLog(new int[length], 4);
  }
}
