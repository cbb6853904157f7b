package io.caudal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every {@link ModelRunner} must keep; a subclass says which one. */
public abstract class ModelRunnerContractTest {
  private static final int TOKENS = 40;

  /** A model that all tests share; the subclass closes it. */
  protected abstract LoadedModel loaded();

  /**
   * How far logits may lie apart that are the same but for the order of sums: below 0.01 none of
   * them further; else, where a batch changes its rounding, their root mean square.
   */
  protected abstract double tolerance();

  @Test
  void batched_is_single() {
    try (ModelRunner runner = loaded().newRunner(3)) {
      int[][] prompts = {tokens(1, TOKENS), tokens(2, 9), tokens(3, 1)};
      List<Prediction> batched =
          runner.forward(
              List.of(
                  chunk(runner, 2, 0, prompts[0]),
                  chunk(runner, 0, 0, prompts[1]),
                  chunk(runner, 1, 0, prompts[2])));
      for (int i = 0; i < prompts.length; i++) {
        assertSame(batched.get(i).logits(), alone(prompts[i]));
      }
    }
  }

  @Test
  void chunked_is_whole() {
    int[] prompt = tokens(4, TOKENS);
    try (ModelRunner runner = loaded().newRunner(1)) {
      runner.reserve(0, TOKENS);
      int from = 0;
      for (int length : new int[] {7, 1, 16, 1, 1}) {
        int[] part = Arrays.copyOfRange(prompt, from, from + length);
        assertThat(runner.forward(List.of(new Chunk(0, from, part, Wanted.NOTHING)))).isEmpty();
        from += length;
      }
      int[] rest = Arrays.copyOfRange(prompt, from, TOKENS);
      assertSame(
          runner.forward(List.of(new Chunk(0, from, rest, Wanted.LOGITS))).get(0).logits(),
          alone(prompt));
    }
  }

  @Test
  void logits_only_of_chunks_that_want_them() {
    try (ModelRunner runner = loaded().newRunner(3)) {
      int[] prompt = tokens(5, 12);
      for (int slot = 0; slot < 3; slot++) {
        runner.reserve(slot, 12);
      }
      List<Prediction> predictions =
          runner.forward(
              List.of(
                  new Chunk(0, 0, tokens(6, 3), Wanted.NOTHING),
                  new Chunk(1, 0, prompt, Wanted.LOGITS),
                  new Chunk(2, 0, tokens(7, 5), Wanted.NOTHING)));
      assertThat(predictions).hasSize(1);
      assertThat(predictions.get(0).logits()).hasSize(runner.model().vocabularySize());
      assertSame(predictions.get(0).logits(), alone(prompt));
    }
  }

  @Test
  void the_likeliest_token_is_that_of_the_logits() {
    try (ModelRunner runner = loaded().newRunner(4)) {
      int[] prompt = tokens(17, 12);
      for (int slot = 0; slot < 4; slot++) {
        runner.reserve(slot, 12);
      }
      List<Prediction> predictions =
          runner.forward(
              List.of(
                  new Chunk(3, 0, prompt, Wanted.LIKELIEST, 2),
                  new Chunk(0, 0, Arrays.copyOf(prompt, 9), Wanted.LOGITS, 1),
                  new Chunk(2, 0, tokens(7, 5), Wanted.NOTHING),
                  new Chunk(1, 0, Arrays.copyOf(prompt, 8), Wanted.LIKELIEST)));
      assertThat(predictions).hasSize(6);
      int[] positions = {10, 11, 12, 8, 9, 8};
      for (int i = 0; i < 6; i++) {
        float[] expected = alone(Arrays.copyOf(prompt, positions[i]));
        if (i == 3 || i == 4) {
          assertSame(predictions.get(i).logits(), expected);
        } else {
          assertLikeliest(predictions.get(i), expected);
        }
      }
    }
  }

  /** All of them side by side, each as the sampler would draw from its logits. */
  @Test
  void drawn_tokens_are_those_that_the_sampler_draws() {
    List<Wanted> ways = new ArrayList<>(List.of(Wanted.LOGITS, Wanted.LIKELIEST));
    for (int seed = 0; seed < 8; seed++) {
      ways.add(new Draw(1, 0, 1, 0, seed));
      ways.add(new Draw(2.5, 0, 1, 0, seed));
      ways.add(new Draw(1, 3, 1, 0, seed));
      ways.add(new Draw(1.5, 300, 0.9, 0, seed)); // more than are looked at first
      ways.add(new Draw(1, 0, 0.6, 0, seed));
      ways.add(new Draw(30, 0, 0.99, 0, seed)); // almost all ids
      ways.add(new Draw(2, 0, 1, 0.1, seed));
      ways.add(new Draw(2, 20, 0.8, 0.02, seed));
    }
    Collections.shuffle(ways, new Random(19));
    int[] prompt = tokens(20, 9);
    try (ModelRunner runner = loaded().newRunner(ways.size())) {
      List<Chunk> chunks = new ArrayList<>();
      for (int slot = 0; slot < ways.size(); slot++) {
        runner.reserve(slot, 9);
        chunks.add(new Chunk(slot, 0, prompt, ways.get(slot), slot % 3));
      }
      List<Prediction> predictions = runner.forward(chunks);
      List<Prediction> told =
          runner.forward(chunks.stream().map(ModelRunnerContractTest::toldOf).toList());
      int next = 0;
      int drawn = 0;
      int same = 0;
      int sameAlone = 0;
      for (Chunk chunk : chunks) {
        for (int length = 9 - chunk.guesses(); length <= 9; length++) {
          int token = predictions.get(next++).token();
          if (chunk.wanted() instanceof Draw draw) {
            drawn++;
            same += token == Sampler.drawn(told.get(next - 1).logits(), draw, length) ? 1 : 0;
            sameAlone += token == drawnAlone(runner, Arrays.copyOf(prompt, length), draw) ? 1 : 0;
          }
        }
      }
      assertThat(predictions).hasSize(next);
      // Where a row lies in the batch is another matter of rounding.
      assertThat(same).isGreaterThanOrEqualTo(isExact() ? drawn : drawn * 9 / 10);
      assertThat(sameAlone).isGreaterThanOrEqualTo(isExact() ? drawn : drawn / 4);
    }
  }

  @Test
  void all_chunks_may_want_the_likeliest_alone() {
    try (ModelRunner runner = loaded().newRunner(1)) {
      runner.reserve(0, 5);
      int[] prompt = tokens(18, 5);
      List<Prediction> predictions =
          runner.forward(List.of(new Chunk(0, 0, prompt, Wanted.LIKELIEST)));
      assertThat(predictions).hasSize(1);
      assertLikeliest(predictions.get(0), alone(prompt));
    }
  }

  /** Longer than what is computed at a time within a step. */
  @Test
  void a_long_prompt_is_the_same_in_any_parts() {
    int[] prompt = tokens(21, 200);
    float[] whole = alone(prompt);
    try (ModelRunner runner = loaded().newRunner(1)) {
      for (int part : new int[] {150, 70, 10, 3}) {
        runner.release(0);
        runner.reserve(0, prompt.length);
        float[] logits = {};
        for (int from = 0; from < prompt.length; from += part) {
          int[] tokens = Arrays.copyOfRange(prompt, from, Math.min(prompt.length, from + part));
          Chunk chunk = new Chunk(0, from, tokens, Wanted.LOGITS);
          logits = runner.forward(List.of(chunk)).get(0).logits();
        }
        assertSame(logits, whole);
      }
    }
  }

  @Test
  void imported_is_live() {
    int[] prompt = tokens(8, TOKENS);
    try (ModelRunner first = loaded().newRunner(1);
        ModelRunner second = loaded().newRunner(2)) {
      first.forward(List.of(chunk(first, 0, 0, Arrays.copyOf(prompt, TOKENS - 1))));
      second.reserve(1, TOKENS);
      for (int from = 0; from < TOKENS - 1; from += 16) {
        int tokens = Math.min(16, TOKENS - 1 - from);
        ByteBuffer data = first.exportKv(0, from, tokens);
        assertThat(data.remaining()).isEqualTo(tokens * first.model().kv().bytesPerToken());
        second.importKv(1, from, tokens, data);
      }
      int[] last = {prompt[TOKENS - 1]};
      assertSame(
          second.forward(List.of(new Chunk(1, TOKENS - 1, last, Wanted.LOGITS))).get(0).logits(),
          alone(prompt));
      assertThat(second.exportKv(1, 0, TOKENS - 1)).isEqualTo(first.exportKv(0, 0, TOKENS - 1));
    }
  }

  @Test
  void blocks_in_one_call_are_written_one_after_the_other() {
    try (ModelRunner first = loaded().newRunner(1);
        ModelRunner second = loaded().newRunner(2)) {
      first.forward(List.of(chunk(first, 0, 0, tokens(8, 18))));
      second.reserve(1, 20);
      second.importKv(1, 0, 3, first.exportKv(0, 0, 3));
      List<ByteBuffer> blocks = new ArrayList<>();
      for (int from = 3; from < 18; from += 5) {
        blocks.add(first.exportKv(0, from, 5));
      }
      second.importKv(1, 3, 5, blocks);
      assertThat(second.exportKv(1, 0, 18)).isEqualTo(first.exportKv(0, 0, 18));
      assertRefused(() -> second.importKv(1, 6, 5, blocks));
    }
  }

  @Test
  void exported_bytes_are_layers_then_keys_and_values_then_heads_then_tokens() {
    try (ModelRunner runner = loaded().newRunner(1)) {
      runner.forward(List.of(chunk(runner, 0, 0, tokens(9, 6))));
      ByteBuffer whole = runner.exportKv(0, 0, 6);
      ByteBuffer part = runner.exportKv(0, 2, 3);
      int numbers = runner.model().kv().headDim() * runner.model().kv().dtype().bytes();
      int rows = runner.model().kv().layers() * 2 * runner.model().kv().kvHeads();
      for (int row = 0; row < rows; row++) {
        assertThat(part.slice(row * 3 * numbers, 3 * numbers))
            .isEqualTo(whole.slice((row * 6 + 2) * numbers, 3 * numbers));
      }
    }
  }

  @Test
  void a_buffer_is_imported_from_its_position_and_stays_as_it_is() {
    try (ModelRunner runner = loaded().newRunner(1)) {
      runner.forward(List.of(chunk(runner, 0, 0, tokens(10, 5))));
      ByteBuffer data = runner.exportKv(0, 0, 5);
      ByteBuffer padded = ByteBuffer.allocateDirect(data.remaining() + 24);
      padded.position(8);
      padded.put(data.duplicate()).flip().position(8);
      runner.release(0);
      runner.reserve(0, 5);
      runner.importKv(0, 0, 5, padded);
      assertThat(padded.position()).isEqualTo(8);
      assertThat(runner.exportKv(0, 0, 5)).isEqualTo(data);
    }
  }

  @Test
  void growing_keeps_and_releasing_forgets() {
    int[] prompt = tokens(11, TOKENS);
    try (ModelRunner runner = loaded().newRunner(2)) {
      runner.reserve(0, 10);
      runner.forward(List.of(new Chunk(0, 0, Arrays.copyOf(prompt, 10), Wanted.NOTHING)));
      runner.reserve(0, TOKENS);
      runner.reserve(0, 5);
      int[] rest = Arrays.copyOfRange(prompt, 10, TOKENS);
      assertSame(
          runner.forward(List.of(new Chunk(0, 10, rest, Wanted.LOGITS))).get(0).logits(),
          alone(prompt));
      runner.release(0);
      runner.release(0);
      runner.release(1);
      assertThatThrownBy(() -> runner.exportKv(0, 0, 1)).isInstanceOf(RuntimeException.class);
    }
  }

  @Test
  void slots_are_independent() {
    int[] prompt = tokens(12, TOKENS);
    try (ModelRunner runner = loaded().newRunner(3)) {
      runner.forward(List.of(chunk(runner, 1, 0, Arrays.copyOf(prompt, TOKENS - 1))));
      runner.forward(List.of(chunk(runner, 0, 0, tokens(13, 30))));
      runner.forward(List.of(chunk(runner, 2, 0, tokens(14, 30))));
      runner.release(0);
      runner.reserve(2, 80);
      int[] last = {prompt[TOKENS - 1]};
      runner.reserve(1, TOKENS);
      assertSame(
          runner.forward(List.of(new Chunk(1, TOKENS - 1, last, Wanted.LOGITS))).get(0).logits(),
          alone(prompt));
    }
  }

  @Test
  void positions_may_be_written_again() {
    int[] prompt = tokens(15, 20);
    try (ModelRunner runner = loaded().newRunner(1)) {
      runner.forward(List.of(chunk(runner, 0, 0, tokens(16, 20))));
      runner.forward(List.of(new Chunk(0, 0, Arrays.copyOf(prompt, 8), Wanted.NOTHING)));
      int[] rest = Arrays.copyOfRange(prompt, 8, 20);
      assertSame(
          runner.forward(List.of(new Chunk(0, 8, rest, Wanted.LOGITS))).get(0).logits(),
          alone(prompt));
    }
  }

  @Test
  void what_does_not_fit_is_refused() {
    try (ModelRunner runner = loaded().newRunner(1)) {
      runner.reserve(0, 4);
      assertRefused(() -> runner.forward(List.of(new Chunk(0, 0, tokens(1, 5), Wanted.LOGITS))));
      assertRefused(() -> runner.forward(List.of(new Chunk(0, 2, tokens(1, 1), Wanted.LOGITS))));
      assertRefused(() -> runner.forward(List.of(new Chunk(1, 0, tokens(1, 1), Wanted.LOGITS))));
      assertRefused(() -> runner.forward(List.of(new Chunk(0, 0, new int[0], Wanted.LOGITS))));
      int[] unknown = {runner.model().vocabularySize()};
      assertRefused(() -> runner.forward(List.of(new Chunk(0, 0, unknown, Wanted.LOGITS))));
      assertRefused(() -> runner.importKv(0, 0, 1, ByteBuffer.allocate(3)));
    }
  }

  private static void assertRefused(Runnable call) {
    assertThatThrownBy(call::run).isInstanceOf(RuntimeException.class);
  }

  /** The same, with all logits told. */
  private static Chunk toldOf(Chunk chunk) {
    return new Chunk(
        chunk.slot(), chunk.firstPosition(), chunk.tokens(), Wanted.LOGITS, chunk.guesses());
  }

  private static int drawnAlone(ModelRunner runner, int[] prompt, Draw draw) {
    runner.release(0);
    runner.reserve(0, prompt.length);
    return runner.forward(List.of(new Chunk(0, 0, prompt, draw))).get(0).token();
  }

  private float[] alone(int[] prompt) {
    try (ModelRunner runner = loaded().newRunner(1)) {
      return runner.forward(List.of(chunk(runner, 0, 0, prompt))).get(0).logits();
    }
  }

  private static Chunk chunk(ModelRunner runner, int slot, int first, int[] tokens) {
    runner.reserve(slot, first + tokens.length);
    return new Chunk(slot, first, tokens, Wanted.LOGITS);
  }

  private int[] tokens(int seed, int count) {
    return new Random(seed).ints(count, 0, loaded().model().vocabularySize()).toArray();
  }

  private void assertLikeliest(Prediction actual, float[] expected) {
    assertThat(actual.logits()).isEmpty();
    double largest = expected[Sampler.argmax(expected)];
    assertThat(largest - expected[actual.token()]).isLessThanOrEqualTo(2 * tolerance());
  }

  private void assertSame(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double squares = 0;
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs(actual[i] - (double) expected[i]);
      squares += difference * difference;
      largest = Math.max(largest, difference);
    }
    assertThat(Math.sqrt(squares / expected.length)).isLessThanOrEqualTo(tolerance());
    // Of a thousand roundings the largest is another one on another processor.
    assertThat(largest).isLessThanOrEqualTo(isExact() ? tolerance() : 6 * tolerance());
  }

  /** Whether logits are the same whatever else is in the batch, but for the last bits. */
  private boolean isExact() {
    return tolerance() < 1e-2;
  }
}
