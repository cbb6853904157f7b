package io.caudal.cli.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.EngineSettings;
import io.caudal.config.KvSettings;
import io.caudal.config.ModelSettings;
import io.caudal.config.Settings;
import io.caudal.engine.StepTotals;
import io.caudal.engine.host.Engine;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SoakTest {
  private static final Settings LITTLE_ROOM =
      Settings.of(
          Map.of(
              "model.dtype", "fp32",
              "engine.step-loops", "2",
              "kv.device.tokens", "2048",
              "kv.host.bytes", "4mb"));

  @Test
  void nothing_is_left_of_requests_of_all_kinds_when_their_sessions_have_ended() {
    try (Engine engine =
        Engine.start(
            ModelSettings.from(LITTLE_ROOM),
            EngineSettings.from(LITTLE_ROOM),
            KvSettings.from(LITTLE_ROOM))) {
      Soak soak = new Soak(engine, 60, 24, 7, true);
      soak.run(400);
      assertThat(soak.isEmpty()).as("sessions are still there").isFalse();
      StepTotals totals = engine.totals();
      assertThat(totals.evicted()).isPositive();
      assertThat(totals.preempted()).isPositive();
      assertThat(soak.leftAfterAll()).startsWith("0 of 2048 tokens on the device");
      assertThat(soak.isEmpty()).isTrue();
    }
  }
}
