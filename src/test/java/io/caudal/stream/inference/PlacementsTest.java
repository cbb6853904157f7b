package io.caudal.stream.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.config.DeviceSettings;
import io.caudal.config.Settings;
import io.caudal.engine.host.Placement;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.api.common.externalresource.ExternalResourceInfo;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.operators.StreamMap;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** What a task of Flink is told of the TaskManager's GPUs. */
class PlacementsTest {

  @Test
  void gpus_that_flink_gave_in_the_order_of_their_indices() throws Exception {
    Placement place = placement(Map.of(), "gpu", "10", "3", "0");

    assertThat(place.gpus()).containsExactly(0, 3, 10);
    assertThat(place.subtask()).isEqualTo(2);
    assertThat(place.settings().cpuFallback()).isTrue();
  }

  @Test
  void none_of_another_name() throws Exception {
    assertThat(placement(Map.of(), "nvidia", "0").gpus()).isEmpty();
    assertThat(placement(Map.of("model.gpu-resource", "nvidia"), "nvidia", "1").gpus())
        .containsExactly(1);
  }

  @Test
  void an_index_that_is_no_number() {
    assertThatThrownBy(() -> placement(Map.of(), "gpu", "GPU-8932f937"))
        .isInstanceOfSatisfying(
            CaudalException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.DEVICE_UNAVAILABLE))
        .hasMessageContainingAll("'gpu'", "model.gpu-resource", "'GPU-8932f937'", "[index]");
  }

  private static Placement placement(Map<String, String> settings, String name, String... indices)
      throws Exception {
    Set<ExternalResourceInfo> gpus =
        Arrays.stream(indices).map(Gpu::new).collect(Collectors.toSet());
    MockEnvironment environment =
        new MockEnvironmentBuilder()
            .setMaxParallelism(8)
            .setParallelism(4)
            .setSubtaskIndex(2)
            .setExternalResourceInfoProvider(wanted -> wanted.equals(name) ? gpus : Set.of())
            .build();
    var operator = new StreamMap<Integer, Integer>(number -> number);
    var harness = new OneInputStreamOperatorTestHarness<>(operator, environment);
    harness.open();
    try {
      return Placements.of(
          operator.getRuntimeContext(), DeviceSettings.from(Settings.of(settings)));
    } finally {
      harness.close();
      environment.close();
    }
  }

  private record Gpu(String index) implements ExternalResourceInfo {
    @Override
    public Optional<String> getProperty(String key) {
      return key.equals("index") ? Optional.of(index) : Optional.empty();
    }

    @Override
    public Collection<String> getKeys() {
      return List.of("index");
    }
  }
}
