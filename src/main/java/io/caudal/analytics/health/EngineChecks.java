package io.caudal.analytics.health;

import io.caudal.analytics.Fleet;
import io.caudal.analytics.Member;
import io.caudal.analytics.Stats;
import io.caudal.analytics.Text;
import io.caudal.config.JobSettings;
import io.caudal.config.KvSettings;
import io.caudal.config.Settings;
import io.caudal.error.ErrorCode;
import io.caudal.error.ErrorKind;
import io.caudal.protocol.MetricsRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Checks of subtasks and engines, by what they report. */
final class EngineChecks {
  private static final long RECENT_MILLIS = 60_000;
  private static final double LITTLE_DISK = 0.05;
  private static final double HARDLY_ANY_DISK = 0.01;
  private static final double FULL_HEAP = 0.9;

  private EngineChecks() {}

  static Check reports(Fleet fleet, long nowMillis) {
    List<Integer> silent = fleet.silent(nowMillis);
    if (fleet.subtasks() == 0) {
      return Check.unhealthy(
          "subtasks", "none has ever reported", "check that the job runs with these topics");
    }
    if (silent.isEmpty()) {
      return Check.healthy("subtasks", "all report, subtasks: " + fleet.subtasks());
    }
    long oldest =
        fleet.members().stream()
            .filter(member -> silent.contains(member.newest().subtask()))
            .mapToLong(member -> member.ageMillis(nowMillis))
            .max()
            .orElse(0);
    String finding =
        "no report of subtask "
            + Text.list(silent)
            + (oldest == 0 ? "" : " since " + Text.millis(oldest));
    String remedy = "see job, and the TaskManager's log; after a restart it takes a moment";
    return silent.size() == fleet.subtasks()
        ? Check.unhealthy("subtasks", finding, remedy)
        : Check.degraded("subtasks", finding, remedy);
  }

  static List<Check> engines(Fleet fleet, long nowMillis) {
    List<Check> checks = new ArrayList<>();
    fleet.engines().forEach((id, member) -> checks.add(engine(id, member, nowMillis)));
    return checks;
  }

  private static Check engine(String taskManager, Member member, long nowMillis) {
    String component = "engine " + taskManager;
    double unfinished = member.gauge("engine_unfinished");
    if (member.gauge("engine_failed") > 0) {
      return Check.unhealthy(
          component,
          "a step loop has ended",
          "see the TaskManager's log; the job restarts with a new engine");
    }
    if (member.isOverdue(nowMillis)) {
      return Check.degraded(
          component, "no report since " + Text.millis(member.ageMillis(nowMillis)), "see subtasks");
    }
    if (unfinished > 0 && stands(member)) {
      return Check.unhealthy(
          component,
          String.format("%.0f sequences wait and no step is made", unfinished),
          "take a thread dump of the TaskManager (jstack) and restart it");
    }
    if (member.gauge("heap_live_bytes") > FULL_HEAP * member.gauge("heap_max_bytes")) {
      return Check.degraded(
          component,
          "the JVM's heap is full: "
              + Text.bytes(member.gauge("heap_live_bytes"))
              + " left after garbage collection",
          "lower kv.waiting-bytes or job.capacity, or raise taskmanager.memory.process.size");
    }
    return Check.healthy(
        component,
        String.format(
            "%.0f sequences, %.0f steps so far%s",
            unfinished, member.gauge("engine_steps"), notInForce(member)));
  }

  /** What the heap is too small for; empty if it isn't. */
  private static String notInForce(Member member) {
    KvSettings kv = KvSettings.from(Settings.ofKnown(member.newest().about().settings()));
    long room = kv.waitingRoom(member.gauge("heap_max_bytes"));
    return room == kv.waitingBytes()
        ? ""
        : "; kv.waiting-bytes is "
            + Text.bytes(kv.waitingBytes())
            + ", of which "
            + Text.bytes(room)
            + " hold: half of the JVM's heap";
  }

  /** Whether several reports had work to tell of, and no step between them. */
  private static boolean stands(Member member) {
    long window = member.newest().windowEndMillis() - member.newest().windowStartMillis();
    long enough = Math.max(3, 10_000 / Math.max(1, window));
    List<MetricsRecord> last = member.within(Math.max(RECENT_MILLIS, (enough + 1) * window));
    if (last.size() < enough) {
      return false;
    }
    return last.subList((int) (last.size() - enough), last.size()).stream()
        .allMatch(
            record ->
                record.gauges().getOrDefault("engine_unfinished", 0.0) > 0
                    && record
                        .gauges()
                        .getOrDefault("engine_steps", -1.0)
                        .equals(member.gauge("engine_steps")));
  }

  static Check model(Fleet fleet) {
    Set<String> models =
        fleet.members().stream()
            .map(member -> member.newest().about().model())
            .filter(model -> !model.isEmpty())
            .collect(Collectors.toCollection(TreeSet::new));
    if (models.isEmpty()) {
      return Check.degraded("model", "not known", "it is known when subtasks report");
    }
    if (models.size() > 1) {
      return Check.degraded(
          "model",
          "TaskManagers differ: " + Text.list(models),
          "make model.path the same folder on every TaskManager");
    }
    return Check.healthy("model", "loaded: " + Text.list(models));
  }

  static List<Check> devices(Fleet fleet) {
    boolean outOfMemory = recentErrors(fleet, ErrorCode.OUT_OF_MEMORY) > 0;
    List<Check> checks = new ArrayList<>();
    fleet.engines().forEach((id, one) -> checks.add(device("device " + id, one, outOfMemory)));
    return checks;
  }

  private static Check device(String component, Member member, boolean outOfMemory) {
    String use =
        String.format(
            "%s, KV of %.0f tokens in use, room for %.0f%s",
            member.deviceInWords(),
            member.gauge("kv_device_tokens"),
            member.gauge("kv_device_room_tokens"),
            member.gpuInWords());
    if (!member.device().missing().isEmpty()) {
      return Check.degraded(
          component,
          use + "; " + member.device().missing(),
          "lower kv.device.tokens, engine.max-batch or engine.token-budget and start the job again:"
              + " it tries the GPU at once; or free the GPU's memory: the job tries it at its first"
              + " restart after model.gpu-retry");
    }
    return outOfMemory
        ? Check.degraded(
            component,
            "requests ended with out_of_memory; " + use,
            "lower engine.token-budget or kv.device.tokens, or free memory")
        : Check.healthy(component, use);
  }

  static Check queue(Fleet fleet) {
    String finding =
        String.format(
            "%.0f at hand, %.0f of them running; %.0f set aside",
            fleet.sum("at_hand"), fleet.sum("running"), fleet.sum("aside"));
    String remedy =
        "more comes than is answered: raise engine.max-batch, add TaskManagers, or send less";
    boolean full = false;
    boolean half = false;
    for (Member member : fleet.members()) {
      Settings settings = Settings.ofKnown(member.newest().about().settings());
      int limit = JobSettings.from(settings).asideCapacity();
      double aside = member.gauge("aside");
      full |= limit > 0 && aside >= limit;
      half |= limit > 0 && 2 * aside >= limit;
    }
    if (full) {
      return Check.unhealthy("queue", finding + "; the source is held back", remedy);
    }
    return half ? Check.degraded("queue", finding, remedy) : Check.healthy("queue", finding);
  }

  /** Failures that are nobody's wish and no caller's mistake. */
  static Check requests(Fleet fleet) {
    Stats stats = new Stats(fleet, RECENT_MILLIS);
    long ended = stats.recent("results_ok") + stats.recent("results_failed");
    List<String> found = new ArrayList<>();
    for (ErrorCode code : ErrorCode.values()) {
      boolean ours = code.kind() == ErrorKind.SYSTEM || code == ErrorCode.TIMEOUT;
      long count = ours ? stats.recentErrors(code.code()) : 0;
      if (count > 0) {
        found.add(code.code() + " " + count);
      }
    }
    String of = " of the last " + ended;
    return found.isEmpty()
        ? Check.healthy("requests", "none" + of + " failed for our own fault")
        : Check.degraded(
            "requests",
            Text.list(found) + of,
            "src/docs/topics.md names the cure of each code; see also the TaskManager's log");
  }

  /** Stored KV that was of no use: its sessions were computed again from their tokens. */
  static Check storedKv(Fleet fleet) {
    long bad = new Stats(fleet, RECENT_MILLIS).recent("block_misses");
    return bad == 0
        ? Check.healthy("stored KV", "all that was read lately could be used")
        : Check.degraded(
            "stored KV",
            bad + " blocks could not be used; their sessions were computed again from tokens",
            "the TaskManager's log says why (KV from token … on is recomputed): after another"
                + " model.path or version it is usual and passes; damaged blocks mean that a disk or"
                + " the storage of the checkpoints changes what was written");
  }

  static Check settings(Fleet fleet) {
    Set<Long> versions = new TreeSet<>();
    Set<Map<String, String>> all = new HashSet<>();
    for (Member member : fleet.members()) {
      versions.add(member.newest().about().configVersion());
      all.add(member.newest().about().settings());
    }
    if (all.isEmpty()) {
      return Check.healthy("settings", "nobody has told yet; see subtasks");
    }
    return all.size() == 1
        ? Check.healthy("settings", "the same in all subtasks, version " + Text.list(versions))
        : Check.degraded(
            "settings",
            "subtasks differ, versions " + Text.list(versions),
            "bin/caudal config get shows where; a moment after a change that is usual,"
                + " otherwise set the value again");
  }

  static List<Check> disks(Fleet fleet) {
    List<Check> checks = new ArrayList<>();
    fleet.taskManagers().forEach((id, member) -> checks.add(disk("disk " + id, member)));
    return checks;
  }

  private static Check disk(String component, Member member) {
    double free = member.gauge("disk_free_bytes");
    double total = member.gauge("disk_total_bytes");
    if (total <= 0) {
      return Check.degraded(
          component, "not known", "see that the folders of io.tmp.dirs are there");
    }
    String finding = Text.bytes(free) + " free of " + Text.bytes(total);
    String remedy = "free space where io.tmp.dirs points, or point it elsewhere";
    if (free < HARDLY_ANY_DISK * total) {
      return Check.unhealthy(component, finding, remedy);
    }
    return free < LITTLE_DISK * total
        ? Check.degraded(component, finding, remedy)
        : Check.healthy(component, finding);
  }

  private static long recentErrors(Fleet fleet, ErrorCode code) {
    return new Stats(fleet, RECENT_MILLIS).recentErrors(code.code());
  }
}
