package io.caudal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.error.CaudalException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ForwardPassTest {
  private static final Chunk GOOD = new Chunk(0, 0, new int[] {1, 2, 3}, Wanted.LOGITS);
  private static final Chunk PART = new Chunk(1, 0, new int[] {4, 5}, Wanted.NOTHING);
  private static final Chunk POISON = new Chunk(2, 0, new int[] {6, 7}, Wanted.LOGITS);

  private final FakeRunner runner = new FakeRunner(3);

  ForwardPassTest() {
    for (int slot = 0; slot < 3; slot++) {
      runner.reserve(slot, 16);
    }
  }

  @Test
  void one_that_breaks_the_model_does_not_take_the_others_with_it() {
    runner.poison = 7;

    ForwardPass pass = ForwardPass.run(runner, List.of(POISON, PART, GOOD));

    assertThat(pass.failure(0)).hasMessage("poison");
    assertThat(pass.predictions(0)).isEmpty();
    assertThat(pass.failure(1)).isNull();
    assertThat(pass.predictions(1)).isEmpty();
    assertThat(pass.failure(2)).isNull();
    assertThat(best(pass, 2)).isEqualTo(FakeRunner.next(GOOD.tokens(), 3));
  }

  @Test
  void without_failure_rows_go_to_those_that_want_them() {
    ForwardPass pass = ForwardPass.run(runner, List.of(PART, GOOD, POISON));

    assertThat(pass.predictions(0)).isEmpty();
    assertThat(best(pass, 1)).isEqualTo(FakeRunner.next(GOOD.tokens(), 3));
    assertThat(best(pass, 2)).isEqualTo(FakeRunner.next(POISON.tokens(), 2));
    assertThat(runner.steps).isEqualTo(1);
  }

  @Test
  void a_chunk_with_guesses_has_a_row_for_each_and_one_before() {
    Chunk guessed = new Chunk(0, 0, new int[] {1, 2, 3, 4}, Wanted.LOGITS, 2);

    ForwardPass pass = ForwardPass.run(runner, List.of(guessed, PART, POISON));

    assertThat(pass.predictions(0)).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(pass.predictions(0).get(i).logits()[FakeRunner.next(guessed.tokens(), 2 + i)])
          .isOne();
    }
    assertThat(best(pass, 2)).isEqualTo(FakeRunner.next(POISON.tokens(), 2));
  }

  @Test
  void a_model_that_fails_on_all_of_them_is_broken() {
    runner.poison = 7;
    assertThatThrownBy(() -> ForwardPass.run(runner, List.of(POISON))).hasMessage("poison");
    assertThatThrownBy(() -> ForwardPass.run(runner, List.of(POISON, POISON))).hasMessage("poison");
  }

  @Test
  void a_lack_of_memory_is_no_ones_fault() {
    runner.mostTokensAStep = 4;
    assertThatThrownBy(() -> ForwardPass.run(runner, List.of(GOOD, PART)))
        .isInstanceOf(CaudalException.class);
    assertThat(runner.steps).isZero();
  }

  /** The token that the model wants next. */
  private static int best(ForwardPass pass, int index) {
    assertThat(pass.predictions(index)).hasSize(1);
    float[] row = pass.predictions(index).get(0).logits();
    return IntStream.range(0, row.length).filter(id -> row[id] == 1).findFirst().orElseThrow();
  }
}
