package io.caudal.adapt;

import io.caudal.config.Settings;
import io.caudal.protocol.MetricsRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * A move that was asked for and is not settled.
 *
 * @param judged whether its effect decides if it stays; what takes a move back is not judged
 * @param confirmed whether all subtasks have it in force
 * @param waited windows without that
 * @param before windows that it is compared with
 * @param after windows since it is in force
 */
public record Trial(
    String rule,
    String key,
    String from,
    String to,
    boolean up,
    boolean judged,
    boolean confirmed,
    int waited,
    List<Sample> before,
    List<Sample> after) {

  static Trial of(Move move, boolean up, boolean judged, List<Sample> before) {
    return new Trial(
        move.rule(), move.key(), move.from(), move.to(), up, judged, false, 0, before, List.of());
  }

  /**
   * Whether the setting still is what the move begins from.
   *
   * @param record of a subtask, with the settings in force there
   */
  public boolean beginsAt(MetricsRecord record) {
    Settings inForce = Settings.ofKnown(record.about().settings());
    double loops = record.gauges().getOrDefault("engine_loops", 0.0);
    return Window.text(inForce, key, loops).equals(from);
  }

  Trial waiting() {
    return new Trial(rule, key, from, to, up, judged, false, waited + 1, before, after);
  }

  Trial unjudged() {
    return new Trial(rule, key, from, to, up, false, confirmed, waited, before, after);
  }

  Trial inForce() {
    return new Trial(rule, key, from, to, up, judged, true, waited, before, after);
  }

  Trial plus(Sample sample) {
    List<Sample> more = new ArrayList<>(after);
    more.add(sample);
    return new Trial(rule, key, from, to, up, judged, true, waited, before, List.copyOf(more));
  }
}
