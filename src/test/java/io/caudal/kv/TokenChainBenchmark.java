package io.caudal.kv;

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

/** The chain of hashes over a session's blocks of 64 tokens. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TokenChainBenchmark {
  private static final int BLOCK_TOKENS = 64;

  @Param({"1024", "16384"})
  private int tokens;

  private int[] ids = {};

  @Setup
  public void setUp() {
    ids = new SplittableRandom(1).ints(tokens, 0, 128_000).toArray();
  }

  @Benchmark
  public long ofBlocks() {
    return TokenChain.ofBlocks(ids, tokens / BLOCK_TOKENS, BLOCK_TOKENS);
  }
}
