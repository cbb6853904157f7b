package io.caudal.analytics;

import io.caudal.protocol.MetricsRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The job's subtasks as their metrics records show them. How many there are the newest record says:
 * records of subtasks that a rescale has done away with are left out.
 */
public final class Fleet {
  private final int subtasks;
  private final Map<Integer, Member> members;

  private Fleet(int subtasks, Map<Integer, Member> members) {
    this.subtasks = subtasks;
    this.members = members;
  }

  /**
   * @param records in any order
   */
  public static Fleet of(List<MetricsRecord> records) {
    Optional<MetricsRecord> newest =
        records.stream().max(Comparator.comparingLong(MetricsRecord::windowEndMillis));
    if (newest.isEmpty()) {
      return new Fleet(0, Map.of());
    }
    int highest = records.stream().mapToInt(MetricsRecord::subtask).max().orElse(0);
    int told = newest.get().about().subtasks();
    int subtasks = told > 0 ? told : highest + 1;
    Map<Integer, List<MetricsRecord>> bySubtask = new TreeMap<>();
    for (MetricsRecord record : records) {
      if (record.subtask() < subtasks) {
        bySubtask.computeIfAbsent(record.subtask(), key -> new ArrayList<>()).add(record);
      }
    }
    Map<Integer, Member> members = new TreeMap<>();
    bySubtask.forEach((subtask, own) -> members.put(subtask, Member.of(own)));
    return new Fleet(subtasks, members);
  }

  /** How many subtasks the job has; 0 if none has ever reported. */
  public int subtasks() {
    return subtasks;
  }

  /** Those that have reported, by their number. */
  public List<Member> members() {
    return List.copyOf(members.values());
  }

  /** Those of which a report is overdue, or that have never reported. */
  public List<Integer> silent(long nowMillis) {
    List<Integer> silent = new ArrayList<>();
    for (int subtask = 0; subtask < subtasks; subtask++) {
      Member member = members.get(subtask);
      if (member == null || member.isOverdue(nowMillis)) {
        silent.add(subtask);
      }
    }
    return silent;
  }

  /** Whether at least one subtask reports. */
  public boolean isAlive(long nowMillis) {
    return members().stream().anyMatch(member -> !member.isOverdue(nowMillis));
  }

  /** One member of each TaskManager, for what its subtasks share; by the TaskManager's id. */
  public Map<String, Member> taskManagers() {
    Map<String, Member> byId = new TreeMap<>();
    for (Member member : members.values()) {
      byId.merge(member.newest().about().taskManager(), member, Fleet::newer);
    }
    return byId;
  }

  /**
   * One member of each engine, for what its subtasks share; by the TaskManager's id, with the
   * device where the TaskManager has several.
   */
  public Map<String, Member> engines() {
    Map<String, Member> all = new TreeMap<>();
    for (String id : taskManagers().keySet()) {
      Map<String, Member> own = engines(id);
      own.forEach((device, one) -> all.put(own.size() == 1 ? id : id + " " + device, one));
    }
    return all;
  }

  /** One member of each of a TaskManager's engines, by device. */
  public Map<String, Member> engines(String taskManager) {
    Map<String, Member> byDevice = new TreeMap<>();
    for (Member member : members.values()) {
      if (member.newest().about().taskManager().equals(taskManager)) {
        byDevice.merge(member.device().name(), member, Fleet::newer);
      }
    }
    return byDevice;
  }

  private static Member newer(Member a, Member b) {
    return a.newest().windowEndMillis() >= b.newest().windowEndMillis() ? a : b;
  }

  /** A counter of all subtasks, since each one's task started. */
  public long count(String counter) {
    return members.values().stream().mapToLong(member -> member.count(counter)).sum();
  }

  /** A gauge of all subtasks, added up. */
  public double sum(String gauge) {
    return members.values().stream().mapToDouble(member -> member.gauge(gauge)).sum();
  }
}
