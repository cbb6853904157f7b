package io.caudal.stream.inference;

import io.caudal.config.EngineSettings;
import io.caudal.config.KvCodecSettings;
import io.caudal.config.KvSettings;
import io.caudal.config.RequestSettings;
import io.caudal.config.Settings;
import io.caudal.engine.host.Engine;
import io.caudal.error.CaudalException;
import io.caudal.protocol.ControlAck;
import io.caudal.protocol.ControlChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * The live settings in force, as broadcast state: the same in every subtask, kept by checkpoints
 * and savepoints. Task thread only.
 */
final class LiveSettings {
  static final MapStateDescriptor<String, String> STATE =
      new MapStateDescriptor<>("live-settings", Types.STRING, Types.STRING);

  /** Entries of the state that are not settings start with this. */
  private static final String INTERNAL = "#";

  private static final String VERSION = INTERNAL + "version";
  private static final String LAST_CHANGE = INTERNAL + "last-change";

  private final Map<String, String> given;
  private final BroadcastState<String, String> state;
  private final Engine engine;
  private final int subtask;
  private long version;
  private boolean singleFlight;
  private KvCodecSettings kvCodec;

  LiveSettings(
      Map<String, String> given, BroadcastState<String, String> state, Engine engine, int subtask)
      throws Exception {
    this.given = given;
    this.state = state;
    this.engine = engine;
    this.subtask = subtask;
    String stored = state.get(VERSION);
    this.version = stored == null ? 0 : Long.parseLong(stored);
    Settings now = merged(Map.of());
    this.kvCodec = KvCodecSettings.from(now);
    // Also without a change: a lingering engine may have those of the job before.
    apply(now);
  }

  /** Grows with each change that was applied. */
  long version() {
    return version;
  }

  /** Whether identical requests without a session are answered by one generation. */
  boolean singleFlight() {
    return singleFlight;
  }

  /** How KV that is written to state is encoded. */
  KvCodecSettings kvCodec() {
    return kvCodec;
  }

  /** Applies a change whole, or nothing of it. */
  ControlAck change(ControlChange change) throws Exception {
    if (change.changeId().equals(state.get(LAST_CHANGE))) {
      return new ControlAck(change.changeId(), subtask, version, change.set(), List.of());
    }
    List<String> problems = problems(change);
    if (!problems.isEmpty()) {
      return new ControlAck(change.changeId(), subtask, version, Map.of(), problems);
    }
    Settings next = merged(change.set());
    apply(next);
    for (Map.Entry<String, String> entry : change.set().entrySet()) {
      state.put(entry.getKey(), entry.getValue());
    }
    version++;
    state.put(VERSION, Long.toString(version));
    state.put(LAST_CHANGE, change.changeId());
    return new ControlAck(change.changeId(), subtask, version, change.set(), List.of());
  }

  private static List<String> problems(ControlChange change) {
    List<String> problems = new ArrayList<>();
    change
        .set()
        .forEach(
            (key, value) -> {
              try {
                Settings.checkLive(key, value);
              } catch (CaudalException e) {
                problems.add(e.getMessage());
              }
            });
    return problems;
  }

  private Settings merged(Map<String, String> change) throws Exception {
    Map<String, String> all = new HashMap<>(given);
    for (Map.Entry<String, String> entry : state.immutableEntries()) {
      if (!entry.getKey().startsWith(INTERNAL)) {
        all.put(entry.getKey(), entry.getValue());
      }
    }
    all.putAll(change);
    return Settings.of(all);
  }

  private void apply(Settings settings) {
    singleFlight = RequestSettings.from(settings).singleFlight();
    kvCodec = KvCodecSettings.from(settings);
    engine.configure(EngineSettings.from(settings), KvSettings.from(settings));
  }
}
