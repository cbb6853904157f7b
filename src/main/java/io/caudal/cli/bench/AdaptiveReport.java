package io.caudal.cli.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Scores of presets and of the controller, by load. */
public final class AdaptiveReport {
  private static final double CLOSE = 0.9;

  /**
   * One load under one arm.
   *
   * @param score more is better; NaN if nothing that counts was answered
   * @param ttftP95 milliseconds
   * @param itlP95 milliseconds, between pieces
   * @param planned requests that count
   * @param answered of these
   * @param moves the controller's, with reasons
   */
  record Cell(
      TrialLoad load,
      String arm,
      double score,
      double ttftP95,
      double itlP95,
      int planned,
      int answered,
      List<String> moves) {

    static Cell of(
        TrialLoad load,
        String arm,
        LoadRun.Outcome outcome,
        int before,
        AdaptivePlan plan,
        List<String> moves) {
      long from = outcome.startNanos() + before * 1_000_000_000L;
      long to = from + plan.seconds() * 1_000_000_000L;
      List<Exchange> counted =
          outcome.exchanges().stream()
              .filter(e -> e.intendedNanos() >= from && e.intendedNanos() < to)
              .toList();
      List<Measured> answered =
          counted.stream().filter(Exchange::isAnswered).map(Measured::new).toList();
      return new Cell(
          load,
          arm,
          load.score(
              load == TrialLoad.BULK ? endedBetween(outcome, from, to) : answered,
              counted.size(),
              plan.seconds(),
              plan.slo()),
          p95(answered.stream().mapToDouble(Measured::ttft).toArray()),
          p95(answered.stream().flatMapToDouble(Measured::itl).toArray()),
          counted.size(),
          answered.size(),
          moves);
    }

    @Override
    public String toString() {
      return format(
          "%s, %s: %.1f %s, TTFT p95 %.0f ms, ITL p95 %.1f ms, %d of %d answered, %d moves",
          load.label(), arm, score, load.unit(), ttftP95, itlP95, answered, planned, moves.size());
    }

    private static List<Measured> endedBetween(LoadRun.Outcome outcome, long from, long to) {
      return outcome.exchanges().stream()
          .filter(e -> e.isAnswered() && e.endedNanos() >= from && e.endedNanos() < to)
          .map(Measured::new)
          .toList();
    }

    private static double p95(double[] values) {
      Arrays.sort(values);
      return Percentiles.rank(values, 0.95);
    }
  }

  private final AdaptivePlan plan;
  private final List<Cell> cells = new ArrayList<>();

  AdaptiveReport(AdaptivePlan plan) {
    this.plan = plan;
  }

  void add(Cell cell) {
    cells.add(cell);
  }

  /** Whether every request that counts was answered. */
  public boolean isComplete() {
    return cells.stream().allMatch(cell -> cell.answered() == cell.planned());
  }

  private List<String> arms() {
    List<String> arms = new ArrayList<>(plan.presets());
    arms.add(AdaptiveBench.ADAPTIVE);
    return arms;
  }

  private double mean(TrialLoad load, String arm, ToDoubleFunction<Cell> of) {
    return cells.stream()
        .filter(cell -> cell.load() == load && cell.arm().equals(arm))
        .mapToDouble(of)
        .average()
        .orElse(Double.NaN);
  }

  private double score(TrialLoad load, String arm) {
    return mean(load, arm, Cell::score);
  }

  private double bestPreset(TrialLoad load) {
    return plan.presets().stream().mapToDouble(arm -> score(load, arm)).max().orElse(Double.NaN);
  }

  /** The score as a share of the best preset's. */
  double share(TrialLoad load, String arm) {
    return score(load, arm) / bestPreset(load);
  }

  /** Geometric mean of the shares over all loads. */
  double overall(String arm) {
    return Math.exp(
        plan.loads().stream()
            .mapToDouble(load -> Math.log(share(load, arm)))
            .average()
            .orElse(Double.NaN));
  }

  /** Whether the controller comes within 10 % of the best preset, under each load. */
  boolean isClose() {
    return plan.loads().stream().allMatch(l -> share(l, AdaptiveBench.ADAPTIVE) >= CLOSE);
  }

  /** Whether no preset is as good over all loads. */
  boolean isBest() {
    double own = overall(AdaptiveBench.ADAPTIVE);
    return plan.presets().stream().allMatch(arm -> overall(arm) < own);
  }

  /** One JSON object; field names don't change. */
  public ObjectNode json() {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("seconds", plan.seconds()).put("settle_s", plan.settleSeconds());
    root.put("learn_s", plan.learnSeconds()).put("rounds", plan.rounds()).put("seed", plan.seed());
    root.put("slo_ttft_ms", plan.slo().ttftMs()).put("slo_itl_ms", plan.slo().itlMs());
    ArrayNode all = root.putArray("cells");
    for (Cell cell : cells) {
      ObjectNode one = all.addObject();
      one.put("load", cell.load().label()).put("arm", cell.arm());
      one.put("planned", cell.planned()).put("answered", cell.answered());
      put(one, "score", cell.score());
      put(one, "ttft_p95_ms", cell.ttftP95());
      put(one, "itl_p95_ms", cell.itlP95());
      ArrayNode moves = one.putArray("moves");
      cell.moves().forEach(moves::add);
    }
    ObjectNode shares = root.putObject("share_of_best_preset");
    ObjectNode overall = root.putObject("overall");
    for (String arm : arms()) {
      ObjectNode one = shares.putObject(arm);
      plan.loads().forEach(load -> put(one, load.label(), share(load, arm)));
      put(overall, arm, overall(arm));
    }
    root.put("within_10_percent", isClose()).put("better_than_any_preset", isBest());
    return root;
  }

  private static void put(ObjectNode node, String name, double value) {
    if (!Double.isNaN(value)) {
      node.put(name, Math.round(value * 1e4) / 1e4);
    }
  }

  /** Tables in Markdown. */
  public String markdown() {
    StringBuilder text = new StringBuilder("|");
    text.append(" share of the best preset |");
    plan.loads().forEach(l -> text.append(' ').append(l.label()).append(" |"));
    text.append(" geometric mean |\n|").append(" --- |".repeat(plan.loads().size() + 2));
    for (String arm : arms()) {
      text.append("\n| ").append(arm).append(" |");
      plan.loads().forEach(l -> text.append(format(" %.2f |", share(l, arm))));
      text.append(format(" %.3f |", overall(arm)));
    }
    text.append("\n\n| score (TTFT p95, ITL p95, ms) |");
    plan.loads()
        .forEach(
            l -> text.append(' ').append(l.label()).append(": ").append(l.unit()).append(" |"));
    text.append("\n|").append(" --- |".repeat(plan.loads().size() + 1));
    for (String arm : arms()) {
      text.append("\n| ").append(arm).append(" |");
      for (TrialLoad load : plan.loads()) {
        text.append(
            format(
                " %.1f (%.0f, %.1f) |",
                score(load, arm), mean(load, arm, Cell::ttftP95), mean(load, arm, Cell::itlP95)));
      }
    }
    text.append("\n\nwithin 10 % of the best preset under each load: ").append(yes(isClose()));
    text.append("\nbetter than any preset over all: ").append(yes(isBest())).append('\n');
    return text.append(moves()).toString();
  }

  private String moves() {
    StringBuilder text = new StringBuilder();
    for (Cell cell : cells) {
      if (cell.arm().equals(AdaptiveBench.ADAPTIVE)) {
        text.append('\n').append(cell.load().label()).append(", moved:\n");
        cell.moves().forEach(move -> text.append("- ").append(move).append('\n'));
      }
    }
    return text.toString();
  }

  private static String yes(boolean is) {
    return is ? "yes" : "no";
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
