package io.caudal.stream.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.EngineSettings;
import io.caudal.config.KvSettings;
import io.caudal.config.ModelSettings;
import io.caudal.config.Settings;
import io.caudal.engine.host.Engine;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.TaskInfoImpl;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.state.DefaultOperatorStateBackendBuilder;
import org.junit.jupiter.api.Test;

class LiveSettingsTest {
  @Test
  void what_another_release_stored_and_this_one_does_not_allow_is_left_out() throws Exception {
    BroadcastState<String, String> state =
        new DefaultOperatorStateBackendBuilder(
                getClass().getClassLoader(),
                new ExecutionConfig(),
                false,
                List.of(),
                new CloseableRegistry())
            .build()
            .getBroadcastState(LiveSettings.STATE);
    state.put("engine.token-budget", "64");
    state.put("engine.unheard-of", "1");
    state.put("engine.max-batch", "-3");
    state.put("model.dtype", "fp32"); // not one that may change while the job runs
    Map<String, String> given = Map.of("model.dtype", "bf16", "engine.max-batch", "2");
    Settings settings = Settings.of(given);
    try (Engine engine =
        Engine.start(
            ModelSettings.from(settings),
            EngineSettings.from(settings),
            KvSettings.from(settings))) {
      LiveSettings live =
          new LiveSettings(given, state, engine, new TaskInfoImpl("inference", 16, 0, 1, 0));

      assertThat(live.told())
          .containsEntry("engine.token-budget", "64")
          .containsEntry("engine.max-batch", "2")
          .containsEntry("model.dtype", "bf16")
          .doesNotContainKey("engine.unheard-of");
    }
    assertThat(state.immutableEntries())
        .extracting(Map.Entry::getKey)
        .containsExactly("engine.token-budget");
  }
}
