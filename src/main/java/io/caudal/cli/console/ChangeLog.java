package io.caudal.cli.console;

import io.caudal.analytics.Text;
import io.caudal.cli.client.Dated;
import io.caudal.protocol.ControlAck;
import io.caudal.protocol.ControlAction;
import io.caudal.protocol.ControlChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Changes of live settings, oldest first, with what became of each. */
public final class ChangeLog {

  /**
   * One change.
   *
   * @param acksAreKept whether the topic goes back as far as that
   */
  public record Entry(
      long timestampMillis, ControlChange change, ChangeOutcome outcome, boolean acksAreKept) {

    /** What became of it, in a few words. */
    String result() {
      return outcome.acks().isEmpty() && !acksAreKept
          ? "no acknowledgement is kept"
          : outcome.summary();
    }

    /** What it asks for, {@code KEY=VALUE}, or the keys that it resets. */
    String asked() {
      List<String> parts = new ArrayList<>();
      new TreeMap<>(change.set()).forEach((key, value) -> parts.add(key + "=" + value));
      change.reset().forEach(key -> parts.add("reset " + key));
      if (change.action() != null) {
        parts.add(ChangeLog.what(change.action()));
      }
      return String.join(" ", parts);
    }

    /** Old and new values, as the first subtask that applied it says; else what was asked for. */
    public String steps() {
      return outcome.acks().values().stream()
          .filter(ack -> !ack.applied().isEmpty())
          .map(ChangeOutcome::steps)
          .findFirst()
          .orElse(asked());
    }
  }

  private ChangeLog() {}

  /**
   * @param changes in the order of their times
   * @param acks likewise; a later one of a subtask takes the place of an earlier one
   */
  public static List<Entry> of(List<Dated<ControlChange>> changes, List<Dated<ControlAck>> acks) {
    Map<String, Map<Integer, ControlAck>> byChange = new HashMap<>();
    for (Dated<ControlAck> dated : acks) {
      ControlAck ack = dated.record();
      byChange.computeIfAbsent(ack.changeId(), id -> new TreeMap<>()).put(ack.subtask(), ack);
    }
    long kept = acks.stream().mapToLong(Dated::timestampMillis).min().orElse(0);
    List<Entry> entries = new ArrayList<>();
    for (Dated<ControlChange> dated : changes) {
      entries.add(
          new Entry(
              dated.timestampMillis(),
              dated.record(),
              new ChangeOutcome(byChange.getOrDefault(dated.record().changeId(), Map.of())),
              dated.timestampMillis() >= kept));
    }
    return entries;
  }

  /** As a table; a reason has a line of its own below its change. */
  public static String table(List<Entry> entries) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("TIME", "CHANGE", "BY", "WHAT", "OUTCOME"));
    for (Entry entry : entries) {
      String by = entry.change().by();
      rows.add(
          List.of(
              Text.time(entry.timestampMillis()),
              entry.change().changeId(),
              by == null ? "" : by,
              entry.steps(),
              entry.result()));
    }
    List<String> lines = new ArrayList<>(Text.table(rows).lines().toList());
    for (int i = entries.size(); i > 0; i--) {
      String reason = entries.get(i - 1).change().reason();
      if (reason != null) {
        lines.add(i + 1, "  because " + reason);
      }
    }
    return String.join("\n", lines) + "\n";
  }

  private static String what(ControlAction action) {
    return switch (action.kind()) {
      case CLEAR_CACHE -> Removals.asked(action);
      case LIST_SESSIONS -> "list sessions";
      case HOLD_RESULTS -> "hold results until " + Instant.ofEpochMilli(action.notAfterMillis());
      case RELEASE_RESULTS -> "release results";
    };
  }
}
