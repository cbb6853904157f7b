package io.caudal.schedule;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One plan, with room for all: every sequence decodes, or half of them prefill. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SchedulerBenchmark {
  private static final int PROMPT_TOKENS = 1000;
  private static final int TOKEN_BUDGET = 512;

  @Param({"1", "8", "64", "512"})
  private int sequences;

  private @Nullable Scheduler decoding;
  private @Nullable Scheduler mixed;

  @Setup
  public void setUp() {
    decoding = scheduler(sequences);
    mixed = scheduler(sequences / 2);
  }

  @Benchmark
  public StepPlan decode() {
    return Objects.requireNonNull(decoding).next(0);
  }

  @Benchmark
  public StepPlan prefillAndDecode() {
    return Objects.requireNonNull(mixed).next(0);
  }

  private Scheduler scheduler(int prefilled) {
    Scheduler scheduler = new Scheduler(new EndlessMemory(), sequences, TOKEN_BUDGET);
    for (int i = 0; i < sequences; i++) {
      TokenLog tokens = new TokenLog(new int[PROMPT_TOKENS], 0);
      Sequence sequence = new Sequence("r-" + i, "s-" + i, tokens, 0, "default", Long.MAX_VALUE, i);
      sequence.setComputed(i < prefilled ? PROMPT_TOKENS - 1 : 0);
      scheduler.add(sequence);
    }
    return scheduler;
  }

  private static final class EndlessMemory implements SequenceMemory {
    @Override
    public boolean ensure(Sequence sequence, int tokens) {
      return true;
    }

    @Override
    public void preempt(Sequence sequence) {
      throw new AssertionError("there is room for all");
    }
  }
}
