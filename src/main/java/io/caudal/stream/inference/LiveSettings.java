package io.caudal.stream.inference;

import io.caudal.config.EngineSettings;
import io.caudal.config.KvCodecSettings;
import io.caudal.config.KvSettings;
import io.caudal.config.LogSettings;
import io.caudal.config.ProfileSettings;
import io.caudal.config.RequestSettings;
import io.caudal.config.Settings;
import io.caudal.engine.host.Engine;
import io.caudal.engine.host.FlightRecording;
import io.caudal.engine.host.LogLevels;
import io.caudal.protocol.ControlAck;
import io.caudal.protocol.ControlChange;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The live settings in force, as broadcast state: the same in every subtask, kept by checkpoints
 * and savepoints. Task thread only.
 */
final class LiveSettings {
  private static final Logger LOG = LoggerFactory.getLogger(LiveSettings.class);

  static final MapStateDescriptor<String, String> STATE =
      new MapStateDescriptor<>("live-settings", Types.STRING, Types.STRING);

  /** Entries of the state that are not settings start with this. */
  static final String INTERNAL = "#";

  private static final String PROFILE = "profile.";
  private static final String VERSION = INTERNAL + "version";
  private static final String LAST_CHANGE = INTERNAL + "last-change";

  private final Map<String, String> given;
  private final BroadcastState<String, String> state;
  private final Engine engine;
  private final int subtask;
  private final int subtasks;
  private Settings current;
  private RequestSettings requests;
  private KvSettings kv;
  private long version;
  private KvCodecSettings kvCodec;

  LiveSettings(
      Map<String, String> given, BroadcastState<String, String> state, Engine engine, TaskInfo task)
      throws Exception {
    this.given = given;
    this.state = state;
    this.engine = engine;
    this.subtask = task.getIndexOfThisSubtask();
    this.subtasks = task.getNumberOfParallelSubtasks();
    String stored = state.get(VERSION);
    this.version = stored == null ? 0 : Long.parseLong(stored);
    dropForeign();
    this.current = merged(Map.of(), Set.of());
    this.requests = RequestSettings.from(current);
    this.kv = KvSettings.from(current);
    this.kvCodec = KvCodecSettings.from(current);
    // Also without a change: a lingering engine may have those of the job before.
    apply(current);
  }

  /** Grows with each change that was applied. */
  long version() {
    return version;
  }

  RequestSettings requests() {
    return requests;
  }

  KvSettings kv() {
    return kv;
  }

  /** Whether identical requests without a session are answered by one generation. */
  boolean singleFlight() {
    return requests.singleFlight();
  }

  /** What is in force and differs from the defaults; what may be secret is left out. */
  Map<String, String> told() {
    Map<String, String> told = new TreeMap<>(current.given());
    told.keySet().removeIf(key -> key.startsWith(Settings.KAFKA_CLIENT_PREFIX));
    told.entrySet()
        .removeIf(entry -> Settings.key(entry.getKey()).defaultText().equals(entry.getValue()));
    return told;
  }

  /** How KV that is written to state is encoded. */
  KvCodecSettings kvCodec() {
    return kvCodec;
  }

  /** Applies a change whole, or nothing of it. */
  ControlAck change(ControlChange change) throws Exception {
    if (change.changeId().equals(state.get(LAST_CHANGE))) {
      return ack(change, change.set(), Map.of(), List.of());
    }
    List<String> problems = Settings.liveProblems(change.set(), change.reset());
    if (!problems.isEmpty()) {
      return ack(change, Map.of(), Map.of(), problems);
    }
    Map<String, String> set = Settings.canonical(change.set());
    Set<String> reset = Settings.canonicalNames(change.reset());
    Settings next = merged(set, reset);
    Map<String, String> previous = new TreeMap<>();
    Map<String, String> applied = new TreeMap<>();
    for (Set<String> keys : List.of(set.keySet(), reset)) {
      for (String key : keys) {
        previous.put(key, current.text(key));
        applied.put(key, next.text(key));
      }
    }
    apply(next);
    if (applied.keySet().stream().anyMatch(key -> key.startsWith(PROFILE))) {
      profile(ProfileSettings.from(next));
    }
    for (String key : reset) {
      state.remove(key);
    }
    for (Map.Entry<String, String> entry : set.entrySet()) {
      state.put(entry.getKey(), entry.getValue());
    }
    version++;
    state.put(VERSION, Long.toString(version));
    state.put(LAST_CHANGE, change.changeId());
    return ack(change, applied, previous, List.of());
  }

  private ControlAck ack(
      ControlChange change,
      Map<String, String> applied,
      Map<String, String> previous,
      List<String> problems) {
    return new ControlAck(
        change.changeId(), subtask, subtasks, version, applied, previous, problems);
  }

  private Settings merged(Map<String, String> set, Set<String> reset) throws Exception {
    Map<String, String> live = new TreeMap<>();
    for (Map.Entry<String, String> entry : state.immutableEntries()) {
      if (!entry.getKey().startsWith(INTERNAL)) {
        live.put(entry.getKey(), entry.getValue());
      }
    }
    reset.forEach(live::remove);
    live.putAll(set);
    Map<String, String> all = new TreeMap<>(given);
    all.putAll(live);
    return Settings.of(all);
  }

  /**
   * What another release has stored and this one doesn't know or allow keeps no job from starting.
   */
  private void dropForeign() throws Exception {
    Map<String, String> stored = new TreeMap<>();
    state.immutableEntries().forEach(entry -> stored.put(entry.getKey(), entry.getValue()));
    stored.keySet().removeIf(key -> key.startsWith(INTERNAL));
    for (Map.Entry<String, String> entry : stored.entrySet()) {
      List<String> problems =
          Settings.liveProblems(Map.of(entry.getKey(), entry.getValue()), Set.of());
      if (!problems.isEmpty()) {
        LOG.warn(
            "live setting {} = {} of the savepoint is dropped, what the job is given holds: {}",
            entry.getKey(),
            entry.getValue(),
            problems.get(0));
        state.remove(entry.getKey());
      }
    }
  }

  /** Profiling begins with a change, not with a restart that finds it made. */
  private void profile(ProfileSettings settings) {
    engine.timeline().runFor(settings.duration().toNanos());
    FlightRecording.apply(settings);
  }

  private void apply(Settings settings) {
    current = settings;
    requests = RequestSettings.from(settings);
    kv = KvSettings.from(settings);
    kvCodec = KvCodecSettings.from(settings);
    LogLevels.apply(LogSettings.from(settings));
    engine.configure(EngineSettings.from(settings), kv);
  }
}
