package io.caudal.cli.console;

import io.caudal.analytics.Text;
import io.caudal.cli.client.ControlLine;
import io.caudal.protocol.ControlAck;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What became of a change.
 *
 * @param acks the newest acknowledgement of each subtask
 */
public record ChangeOutcome(Map<Integer, ControlAck> acks) {

  /** Whether every subtask has applied it. */
  public boolean isApplied() {
    return ControlLine.complete(acks)
        && acks.values().stream().allMatch(ack -> ack.problems().isEmpty());
  }

  public boolean isRefused() {
    return acks.values().stream().anyMatch(ack -> !ack.problems().isEmpty());
  }

  /** How many acknowledgements there should be; 0 if there is none that says so. */
  public int expected() {
    return acks.values().stream().mapToInt(ControlAck::subtasks).max().orElse(0);
  }

  /** Subtasks that have not acknowledged. */
  public Set<Integer> missing() {
    return IntStream.range(0, expected())
        .filter(subtask -> !acks.containsKey(subtask))
        .boxed()
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** In a few words. */
  public String summary() {
    if (acks.isEmpty()) {
      return "no acknowledgement";
    }
    if (isRefused()) {
      Set<String> problems = new LinkedHashSet<>();
      acks.values().forEach(ack -> problems.addAll(ack.problems()));
      return "refused: " + String.join("; ", problems);
    }
    Set<Long> versions =
        acks.values().stream()
            .map(ControlAck::configVersion)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    return "applied by "
        + acks.size()
        + " of "
        + Math.max(acks.size(), expected())
        + " subtasks, version "
        + Text.list(versions);
  }

  /** Old and new value of each key that has another one now, {@code KEY OLD -> NEW}. */
  static String steps(ControlAck ack) {
    List<String> steps = new ArrayList<>();
    new TreeMap<>(ack.applied())
        .forEach(
            (key, value) -> {
              String old = ack.previous().get(key);
              if (!value.equals(old)) {
                String from = old == null ? "" : InForce.shown(old) + " -> ";
                steps.add(key + " " + from + InForce.shown(value));
              }
            });
    return steps.isEmpty() ? "as it was" : String.join(", ", steps);
  }

  /** A line for each subtask. */
  public String lines() {
    StringBuilder lines = new StringBuilder();
    for (ControlAck ack : acks.values()) {
      lines.append("subtask ").append(ack.subtask()).append("  version ");
      lines.append(ack.configVersion()).append("  ");
      lines.append(
          ack.problems().isEmpty() ? steps(ack) : "refused: " + String.join("; ", ack.problems()));
      lines.append('\n');
    }
    for (int subtask : missing()) {
      lines.append("subtask ").append(subtask).append("  no acknowledgement\n");
    }
    return lines.toString();
  }
}
