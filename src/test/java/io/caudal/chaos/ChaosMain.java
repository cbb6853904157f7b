package io.caudal.chaos;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Chaos outside the tests: {@code ChaosMain faults [SEED [FAULTS]]}, without FAULTS the brief run;
 * {@code ChaosMain kinds SEED KIND[+KIND…][,…]}, those faults in that order, with + together;
 * {@code ChaosMain recovery SESSIONS[,SESSIONS…]}; {@code ChaosMain overload SECONDS
 * [arrivals|mixed-arrivals|slow-results|no-results]}; {@code ChaosMain sessions COUNT}; {@code
 * ChaosMain hostile COUNT [PER-SECOND]}; {@code ChaosMain restart MODEL-FOLDER [KEY=VALUE]...}.
 */
public final class ChaosMain {
  private ChaosMain() {}

  public static void main(String[] args) {
    switch (args[0]) {
      case "faults" -> faults(args);
      case "kinds" -> kinds(args);
      case "recovery" -> recovery(args[1]);
      case "sessions" -> sessions(Integer.parseInt(args[1]));
      case "hostile" -> hostile(args);
      case "restart" -> restart(Path.of(args[1]), List.of(args).subList(2, args.length));
      case "overload" -> overload(args);
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void faults(String[] args) {
    long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
    play(
        args.length > 2
            ? ChaosOptions.full(seed, Integer.parseInt(args[2]))
            : ChaosOptions.brief(seed));
  }

  private static void kinds(String[] args) {
    List<List<FaultKind>> rounds =
        Stream.of(args[2].split(",", -1)).map(ChaosMain::together).toList();
    play(ChaosOptions.only(Long.parseLong(args[1]), rounds));
  }

  private static List<FaultKind> together(String kinds) {
    return Stream.of(kinds.split("\\+", -1)).map(kind -> constant(FaultKind.class, kind)).toList();
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String name) {
    return Enum.valueOf(type, name.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  private static void play(ChaosOptions options) {
    try (ChaosCluster cluster = new ChaosCluster(2, Map.of())) {
      ChaosReport report = new ChaosRun(cluster, options).play();
      report.write(Path.of("target", "chaos"), "report");
      System.out.println(report.markdown());
      requireNone(report.problems());
    }
  }

  private static void requireNone(List<String> problems) {
    problems.forEach(System.out::println);
    if (!problems.isEmpty()) {
      throw new AssertionError("problems: " + problems.size());
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

  private static void sessions(int count) {
    try (ChaosCluster cluster = new ChaosCluster(1, SessionsRun.SETTINGS, "10g")) {
      System.out.println(new SessionsRun(cluster, count).play());
    }
  }

  private static void hostile(String[] args) {
    int count = Integer.parseInt(args[1]);
    int perSecond = args.length > 2 ? Integer.parseInt(args[2]) : 100;
    try (ChaosCluster cluster = new ChaosCluster(1, Map.of())) {
      System.out.println(new HostileRun(cluster, count, perSecond).play());
    }
  }

  private static void restart(Path model, List<String> more) {
    Map<String, String> settings = RestartRun.settings(model, more);
    try (ChaosCluster cluster = new ChaosCluster(1, settings, "10g")) {
      System.out.println(new RestartRun(cluster, settings).play());
    }
  }

  private static void overload(String[] args) {
    int seconds = Integer.parseInt(args[1]);
    Hardship hardship = args.length > 2 ? constant(Hardship.class, args[2]) : Hardship.ARRIVALS;
    try (ChaosCluster cluster = new ChaosCluster(2, OverloadRun.SETTINGS, "10g")) {
      OverloadRun.Outcome outcome = new OverloadRun(cluster, hardship, seconds).play();
      System.out.println(outcome);
      requireNone(outcome.findings().problems());
    }
  }
}
