package io.caudal.cli.console;

import io.caudal.analytics.Fleet;
import io.caudal.analytics.Member;
import io.caudal.analytics.Text;
import io.caudal.cli.client.Dated;
import io.caudal.config.Settings;
import io.caudal.protocol.ControlAck;
import io.caudal.protocol.MetricsRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The settings in force in each subtask: what its newest metrics record tells, and what it has
 * acknowledged since.
 */
public final class InForce {
  private final Map<Integer, Settings> bySubtask;
  private final Map<Integer, Long> versions;

  private InForce(Map<Integer, Settings> bySubtask, Map<Integer, Long> versions) {
    this.bySubtask = bySubtask;
    this.versions = versions;
  }

  /**
   * @param acks in the order of their times
   */
  public static InForce of(Fleet fleet, List<Dated<ControlAck>> acks) {
    Map<Integer, Settings> bySubtask = new TreeMap<>();
    Map<Integer, Long> versions = new TreeMap<>();
    for (Member member : fleet.members()) {
      MetricsRecord record = member.newest();
      Map<String, String> values = new TreeMap<>(record.about().settings());
      long version = record.about().configVersion();
      for (Dated<ControlAck> dated : acks) {
        ControlAck ack = dated.record();
        boolean later =
            dated.timestampMillis() >= record.windowEndMillis() && ack.configVersion() > version;
        if (ack.subtask() == record.subtask() && later) {
          values.putAll(ack.applied());
          version = ack.configVersion();
        }
      }
      bySubtask.put(record.subtask(), Settings.ofKnown(values));
      versions.put(record.subtask(), version);
    }
    return new InForce(bySubtask, versions);
  }

  public boolean isEmpty() {
    return bySubtask.isEmpty();
  }

  /** Subtasks by the value that they have for a key; one entry where all agree. */
  public Map<String, List<Integer>> values(String key) {
    Map<String, List<Integer>> values = new TreeMap<>();
    bySubtask.forEach(
        (subtask, settings) ->
            values.computeIfAbsent(settings.text(key), v -> new ArrayList<>()).add(subtask));
    return values;
  }

  /** A key's value; where subtasks disagree, each value with its subtasks. */
  public String text(String key) {
    Map<String, List<Integer>> values = values(key);
    if (values.size() < 2) {
      return values.keySet().stream().findFirst().orElse("");
    }
    return values.entrySet().stream()
        .map(e -> shown(e.getKey()) + " (subtask " + Text.list(e.getValue()) + ")")
        .collect(Collectors.joining(", "));
  }

  /** Whether all subtasks have this value for a key. */
  public boolean is(String key, String value) {
    return values(key).keySet().equals(Set.of(value));
  }

  /** Subtasks by the number of changes that they have applied. */
  public Map<Long, List<Integer>> versions() {
    Map<Long, List<Integer>> grouped = new TreeMap<>();
    versions.forEach(
        (subtask, version) ->
            grouped.computeIfAbsent(version, v -> new ArrayList<>()).add(subtask));
    return grouped;
  }

  /** A value for people. */
  public static String shown(String value) {
    return value.isEmpty() ? "''" : value;
  }
}
