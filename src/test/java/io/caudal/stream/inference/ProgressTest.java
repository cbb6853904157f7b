package io.caudal.stream.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.engine.TokenScores;
import io.caudal.protocol.ResponseFormat;
import io.caudal.protocol.SamplingParams;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final List<TokenScores> SCORES =
      List.of(
          new TokenScores(7, -0.25f, new int[] {7, 3}, new float[] {-0.25f, -1.5f}),
          new TokenScores(0, -9999f, new int[0], new float[0]));

  @Test
  void without_log_probabilities_the_state_is_the_ids() {
    int[] ids = {5, 0, 9};
    Progress progress = Progress.read(ids, false);
    assertThat(progress.ids()).containsExactly(5, 0, 9);
    assertThat(progress.scores()).isEmpty();
    assertThat(progress.after(new int[] {1, 2})).containsExactly(1, 2, 5, 0, 9);
  }

  @Test
  void log_probabilities_come_back_bit_for_bit() {
    Progress progress = Progress.read(Progress.write(SCORES), true);
    assertThat(progress.ids()).containsExactly(7, 0);
    assertThat(progress.scores()).usingRecursiveFieldByFieldElementComparator().isEqualTo(SCORES);
    assertThat(Progress.read(Progress.write(List.of()), true).ids()).isEmpty();
  }

  @Test
  void several_answers_keep_apart() {
    SamplingParams three =
        new SamplingParams(1, 1, 0, 0, 7L, 0, 0, 1, false, Map.of(), null, ResponseFormat.TEXT, 3);
    int[] state = Progress.write(new int[][] {{5, 6}, {}, {7}});
    assertThat(state).containsExactly(2, 5, 6, 0, 1, 7);
    int[] next = Progress.write(new int[][] {{}, {8}, {9, 4}});
    assertThat(Progress.read(List.of(state, next), three, 1))
        .extracting(Progress::ids)
        .containsExactly(new int[] {5, 6}, new int[] {8}, new int[] {7, 9, 4});
    assertThat(Progress.read(List.of(), three, 1))
        .extracting(Progress::ids)
        .containsExactly(new int[0], new int[0], new int[0]);
  }

  @Test
  void what_checkpoints_kept_of_one_answer_follows_each_other() {
    assertThat(Progress.write(new int[][] {{5, 6}})).containsExactly(5, 6);
    assertThat(
            Progress.read(List.of(new int[] {5, 6}, new int[] {7}), SamplingParams.GREEDY, 1)
                .get(0)
                .ids())
        .containsExactly(5, 6, 7);
  }

  @Test
  void what_was_generated_with_another_tokenizer_is_left_out() {
    long here = 0xfedc_ba98_7654_3210L;
    int[] own = Progress.first(new int[] {5}, here);
    int[] foreign = Progress.first(new int[] {6}, here + 1);
    int[] more = {7};
    assertThat(ids(here, own, more, own)).containsExactly(5, 7, 5);
    assertThat(ids(here, foreign, more)).isEmpty();
    assertThat(ids(here, foreign, more, own, more)).containsExactly(5, 7);
    assertThat(ids(here, own, more, foreign, more)).containsExactly(5, 7);
    assertThat(ids(here, more, own)).as("of an earlier release").containsExactly(7, 5);
  }

  private static int[] ids(long vocabulary, int[]... state) {
    return Progress.read(List.of(state), SamplingParams.GREEDY, vocabulary).get(0).ids();
  }

  @Test
  void the_layout_in_state_is_kept() {
    assertThat(Progress.first(new int[] {5}, 0x1_8000_0002L))
        .containsExactly(Integer.MIN_VALUE, 1, 0x8000_0002, 5);
    assertThat(Progress.write(SCORES))
        .containsExactly(7, 0xBE800000, 2, 7, 0xBE800000, 3, 0xBFC00000, 0, 0xC61C3C00, 0);
  }
}
