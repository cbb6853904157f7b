package io.caudal.cli.engine;

import io.caudal.config.Dtype;
import io.caudal.config.ModelSettings;
import io.caudal.engine.host.Engine;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal bench soak}: whether an engine leaks, and answers the same at the end. */
@Command(
    name = "soak",
    mixinStandardHelpOptions = true,
    description = {
      "Send thousands of requests of all kinds to the engine alone and watch its memory: turns of",
      "sessions, cancelled and expired ones, several answers, JSON. Exit code 0 only if a prompt that",
      "is sent again and again gets the same answer (fp32), and nothing is left on the device and",
      "off the heap when all sessions have ended."
    })
public final class BenchSoakCommand implements Callable<Integer> {
  private static final int PARTS = 10;
  private static final double MEGABYTE = 1e6;

  @Mixin private EngineOptions engineOptions;
  @Spec private CommandSpec spec;

  @Option(
      names = "--requests",
      paramLabel = "N",
      description = "How many (default: ${DEFAULT-VALUE}).")
  private int requests = 10_000;

  @Option(
      names = "--sessions",
      paramLabel = "N",
      description = "Sessions that come back (default: ${DEFAULT-VALUE}).")
  private int sessions = 300;

  @Option(
      names = "--concurrent",
      paramLabel = "N",
      description = "Answers that are queued or running at a time (default: ${DEFAULT-VALUE}).")
  private int concurrent = 32;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Says which requests they are (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Override
  public Integer call() {
    check("--requests", requests, PARTS);
    check("--sessions", sessions, 1);
    check("--concurrent", concurrent, 2);
    PrintWriter out = spec.commandLine().getOut();
    try (Engine engine = engineOptions.start()) {
      boolean sameAnswers = ModelSettings.from(engineOptions.settings()).dtype() == Dtype.FP32;
      Soak soak = new Soak(engine, sessions, concurrent, seed, sameAnswers);
      out.println(
          "| requests | requests/s | resident MB | heap MB | device tokens | off heap MB"
              + " | evicted | preempted |");
      out.println("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
      for (int part = 1; part <= PARTS; part++) {
        long start = System.nanoTime();
        int sent = requests * part / PARTS - requests * (part - 1) / PARTS;
        soak.run(sent);
        double seconds = (System.nanoTime() - start) / 1e9;
        out.println(row(requests * part / PARTS, sent / seconds, engine));
        out.flush();
      }
      out.println("After all sessions have ended: " + soak.leftAfterAll());
      out.flush();
      return soak.isEmpty() ? 0 : 1;
    }
  }

  private static void check(String option, int value, int least) {
    if (value < least) {
      throw new CaudalException(
          ErrorCode.CONFIG_INVALID, option + " is " + value + "; at least " + least);
    }
  }

  private static String row(int requests, double perSecond, Engine engine) {
    System.gc();
    return String.format(
        "| %,d | %.0f | %.0f | %.0f | %d of %d | %.0f | %d | %d |",
        requests,
        perSecond,
        residentBytes() / MEGABYTE,
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MEGABYTE,
        engine.usedTokens(),
        engine.totalTokens(),
        engine.hostBytes() / MEGABYTE,
        engine.totals().evicted(),
        engine.totals().preempted());
  }

  /** Of this process, as Linux counts it; 0 elsewhere. */
  private static long residentBytes() {
    Path status = Path.of("/proc/self/status");
    try {
      return Files.exists(status)
          ? Files.readAllLines(status).stream()
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
              .findFirst()
              .orElse(0)
          : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
