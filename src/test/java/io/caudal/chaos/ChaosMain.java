package io.caudal.chaos;

import java.nio.file.Path;
import java.util.Map;

/**
 * Chaos outside the tests: {@code ChaosMain faults [SEED [FAULTS]]}, without FAULTS the brief run;
 * {@code ChaosMain recovery SESSIONS[,SESSIONS…]}; {@code ChaosMain overload SECONDS}.
 */
public final class ChaosMain {
  private ChaosMain() {}

  public static void main(String[] args) {
    switch (args[0]) {
      case "faults" -> faults(args);
      case "recovery" -> recovery(args[1]);
      case "overload" -> overload(Integer.parseInt(args[1]));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void faults(String[] args) {
    long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
    ChaosOptions options =
        args.length > 2
            ? ChaosOptions.full(seed, Integer.parseInt(args[2]))
            : ChaosOptions.brief(seed);
    try (ChaosCluster cluster = new ChaosCluster(2, Map.of())) {
      ChaosReport report = new ChaosRun(cluster, options).play();
      report.write(Path.of("target", "chaos"), "report");
      System.out.println(report.markdown());
      report.problems().forEach(System.out::println);
    }
  }

  private static void recovery(String sessions) {
    StringBuilder table = new StringBuilder();
    table.append("| sessions | tokens/s | next token, s | full rate, s |\n");
    table.append("| ---: | ---: | ---: | ---: |\n");
    for (String one : sessions.split(",", -1)) {
      table.append(RecoveryRun.row(Integer.parseInt(one))).append('\n');
      System.out.println(table);
    }
  }

  private static void overload(int seconds) {
    try (ChaosCluster cluster = new ChaosCluster(2, OverloadRun.SETTINGS)) {
      OverloadRun.Outcome outcome = new OverloadRun(cluster, seconds).play();
      System.out.println(outcome);
      outcome.findings().problems().forEach(System.out::println);
    }
  }
}
