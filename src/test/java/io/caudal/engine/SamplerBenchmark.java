package io.caudal.engine;

import io.caudal.protocol.SamplingParams;
import io.caudal.schedule.TokenLog;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
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

/** One token out of a row of logits. Without penalties the row is left as it is. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SamplerBenchmark {
  private final Sampler greedy = new Sampler(SamplingParams.GREEDY, 1, 1);
  private final Sampler topP = new Sampler(new SamplingParams(0.8, 0.95, 0, 0, 1L, 0, 0, 1), 1, 1);
  private final TokenLog tokens = new TokenLog(new int[] {1}, 0);

  @Param({"32768", "131072"})
  private int vocabulary;

  private float[] logits = {};

  @Setup
  public void setUp() {
    SplittableRandom random = new SplittableRandom(1);
    logits = new float[vocabulary];
    for (int i = 0; i < vocabulary; i++) {
      logits[i] = (float) (random.nextDouble() * 20 - 10);
    }
  }

  @Benchmark
  public int greedy() {
    return greedy.sample(logits, tokens);
  }

  @Benchmark
  public int topP() {
    return topP.sample(logits, tokens);
  }
}
