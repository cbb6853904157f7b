package io.caudal.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caudal.config.Dtype;
import io.caudal.config.ModelSettings;
import io.caudal.engine.Chunk;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.Prediction;
import io.caudal.engine.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class KvArenasTest {
  private static final int SEQUENCES = 40;

  private static TorchModel model;

  @BeforeAll
  static void load() {
    ModelSettings bundled =
        new ModelSettings(ModelSettings.BUNDLED, "", Dtype.FP32, "cpu", true, List.of());
    model = (TorchModel) new TorchModelFactory().load(bundled);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void capacities_of_a_cpu_waste_little_and_those_of_a_gpu_are_few() {
    assertThat(IntStream.of(1, 64, 65, 97, 128, 129, 193, 1025))
        .extracting(KvArenas.Cut.FOR_CPU::capacity)
        .containsExactly(64, 64, 96, 128, 128, 192, 256, 1536);
    assertThat(IntStream.of(1, 256, 257, 513, 1025))
        .extracting(KvArenas.Cut.FOR_GPU::capacity)
        .containsExactly(256, 256, 512, 1024, 2048);
  }

  @Test
  void sequences_in_arenas_that_grow_are_what_they_are_in_small_ones() {
    List<float[]> small = logits(KvArenas.Cut.FOR_CPU);
    List<float[]> growing = logits(KvArenas.Cut.FOR_GPU); // of 16, 16 and 32 places
    for (int i = 0; i < SEQUENCES; i++) {
      assertThat(growing.get(i)).containsExactly(small.get(i), within(1e-4f));
    }
  }

  /** A machine has no memory for so many places by far. */
  @Test
  void an_arena_that_does_not_fit_has_fewer_places() {
    KvArenas.Cut cut = new KvArenas.Cut(64, true, 1 << 30, false, Long.MAX_VALUE);
    try (ModelRunner runner = model.newRunner(1, cut);
        ModelRunner usual = model.newRunner(1)) {
      assertThat(step(runner, 0, 3)).isEqualTo(step(usual, 0, 3));
    }
  }

  /** Of the second of two tokens of each sequence, all in one batch. */
  private static List<float[]> logits(KvArenas.Cut cut) {
    try (ModelRunner runner = model.newRunner(SEQUENCES, cut)) {
      List<Chunk> first = new ArrayList<>();
      List<Chunk> second = new ArrayList<>();
      for (int slot = 0; slot < SEQUENCES; slot++) {
        runner.reserve(slot, 10 + slot);
        first.add(new Chunk(slot, 0, new int[] {slot + 5}, Wanted.LOGITS));
        second.add(new Chunk(slot, 1, new int[] {slot + 50}, Wanted.LOGITS));
      }
      runner.forward(first);
      return runner.forward(second).stream().map(Prediction::logits).toList();
    }
  }

  private static int step(ModelRunner runner, int slot, int token) {
    runner.reserve(slot, 10);
    return Greedy.argmax(
        runner
            .forward(List.of(new Chunk(slot, 0, new int[] {token, token + 1}, Wanted.LOGITS)))
            .get(0)
            .logits());
  }
}
