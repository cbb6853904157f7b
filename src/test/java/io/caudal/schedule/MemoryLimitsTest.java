package io.caudal.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemoryLimitsTest {
  private static final int SEQUENCES = 16;
  private static final int TOKENS = 512;

  private final MemoryLimits limits = new MemoryLimits();
  private int failures;

  @Test
  void memory_that_is_lacking_for_good_costs_ever_fewer_failed_steps() {
    run(10_000, 9, TOKENS);
    assertThat(limits.sequences()).isBetween(9, 10);
    int atFirst = failures;
    assertThat(atFirst).isBetween(2, 16);

    run(100_000, 9, TOKENS);
    assertThat(failures - atFirst).isLessThan(5);
    assertThat(limits.tokens()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void after_a_passing_lack_the_batch_grows_one_by_one() {
    run(100, 9, TOKENS);
    int before = limits.sequences();
    run(200, SEQUENCES, TOKENS);
    assertThat(limits.sequences()).isBetween(before + 1, before + 4);
    run(5_000, SEQUENCES, TOKENS);
    assertThat(limits.sequences()).isGreaterThan(SEQUENCES);
  }

  @Test
  void chunks_grow_again_by_half() {
    run(20, SEQUENCES, 3);
    assertThat(limits.tokens()).isBetween(1, 3);
    run(2_000, SEQUENCES, TOKENS);
    assertThat(limits.tokens()).isGreaterThanOrEqualTo(TOKENS);
    assertThat(failures).isBetween(8, 12);
  }

  @Test
  void steps_below_the_limit_say_nothing_about_it() {
    limits.lowerSequences(9);
    for (int i = 0; i < 10_000; i++) {
      limits.stepped(7, 7);
    }
    assertThat(limits.sequences()).isEqualTo(8);
  }

  /** Plans steps as large as they may be; there is memory for so much. */
  private void run(int steps, int sequencesThatFit, int tokensThatFit) {
    for (int i = 0; i < steps; i++) {
      int sequences = Math.min(SEQUENCES, limits.sequences());
      int tokens = Math.min(TOKENS, limits.tokens());
      limits.stepped(sequences, tokens);
      if (tokens > tokensThatFit) {
        failures++;
        limits.lowerTokens(tokens);
      } else if (sequences > sequencesThatFit) {
        failures++;
        limits.lowerSequences(sequences);
      }
    }
  }
}
