package io.caudal;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.engine.SamplerBenchmark;
import io.caudal.kv.TokenChainBenchmark;
import io.caudal.schedule.SchedulerBenchmark;
import io.caudal.stream.state.RestoreBenchmark;
import java.util.Collection;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Each benchmark method runs, once for each parameter. Nothing is measured here. */
class BenchmarksTest {

  static Stream<Class<?>> benchmarks() {
    return Stream.of(
        SchedulerBenchmark.class,
        TokenChainBenchmark.class,
        SamplerBenchmark.class,
        RestoreBenchmark.class);
  }

  @ParameterizedTest
  @MethodSource("benchmarks")
  void every_method_runs(Class<?> benchmark) throws RunnerException {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include(benchmark.getName() + "\\.")
                    .mode(Mode.SingleShotTime)
                    .forks(0)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .shouldFailOnError(true)
                    .param("sessions", "1")
                    .jvmArgs()
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();
    assertThat(results).isNotEmpty();
  }
}
