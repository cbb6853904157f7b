package io.caudal.adapt;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.MetricsRecord.About;
import io.caudal.protocol.MetricsRecord.Device;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrialTest {
  @Test
  void a_move_begins_at_the_value_in_force() {
    Trial wider = trial("engine.max-batch", "16", "24");
    assertThat(wider.beginsAt(record(Map.of()))).isTrue();
    assertThat(wider.beginsAt(record(Map.of("engine.max-batch", "12")))).isFalse();
  }

  @Test
  void step_loops_that_are_left_open_are_as_many_as_there_are() {
    Trial fewer = trial("engine.step-loops", "2", "1");
    assertThat(fewer.beginsAt(record(Map.of()))).isTrue();
    assertThat(fewer.beginsAt(record(Map.of("engine.step-loops", "2")))).isTrue();
    assertThat(fewer.beginsAt(record(Map.of("engine.step-loops", "4")))).isFalse();
    assertThat(trial("engine.step-loops", "8", "7").beginsAt(record(Map.of()))).isFalse();
  }

  private static Trial trial(String key, String from, String to) {
    return Trial.of(new Move("a-rule", key, from, to, "because"), false, true, List.of());
  }

  private static MetricsRecord record(Map<String, String> settings) {
    About about = new About(1, "tm-1", "demo", new Device("cpu", ""), "rocksdb", 0, settings);
    return new MetricsRecord(
        0, 1, 0, 1_000, Map.of(), Map.of("engine_loops", 2.0), Map.of(), about);
  }
}
