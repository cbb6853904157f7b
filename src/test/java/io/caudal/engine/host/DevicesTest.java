package io.caudal.engine.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.config.DeviceSettings;
import io.caudal.config.Dtype;
import io.caudal.config.ModelSettings;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DevicesTest {
  private static final Duration RETRY = Duration.ofMinutes(10);

  private final Devices devices = new Devices();
  private final Map<String, Integer> users = new HashMap<>();
  private long now;

  @Test
  void without_a_gpu_auto_is_the_cpu_and_cuda_is_left_to_fail() {
    assertThat(take("auto", 0, 0)).isEqualTo("cpu");
    assertThat(take("cpu", 0, 4)).isEqualTo("cpu");
    assertThat(take("cuda", 0, 0)).isEqualTo("cuda");
    assertThat(take("cuda:2", 0, 2)).isEqualTo("cuda:2");
  }

  @Test
  void subtasks_spread_over_the_gpus_whichever_of_them_are_here() {
    assertThat(takeAll(2, 0, 1, 2, 3)).containsExactly("cuda:0", "cuda:1", "cuda:0", "cuda:1");
    users.clear();
    assertThat(takeAll(2, 0, 2, 4)).containsExactlyInAnyOrder("cuda:0", "cuda:1", "cuda:0");
    users.clear();
    assertThat(takeAll(3, 5, 6)).containsExactly("cuda:2", "cuda:0");
    assertThat(take("cuda:1", 7, 3)).isEqualTo("cuda:1");
  }

  @Test
  void a_subtask_that_comes_again_finds_its_device_whoever_comes_first() {
    assertThat(takeAll(2, 0, 2)).containsExactly("cuda:0", "cuda:1");
    users.clear();
    assertThat(takeAll(2, 2, 0)).containsExactly("cuda:1", "cuda:0");
  }

  @Test
  void of_what_flink_gave_and_no_other() {
    assertThat(choose("auto", 0, List.of(1, 3), 4).device()).isEqualTo("cuda:1");
    assertThat(choose("cuda", 1, List.of(1, 3), 4).device()).isEqualTo("cuda:3");
    assertThatThrownBy(() -> choose("auto", 0, List.of(1, 4), 4))
        .isInstanceOfSatisfying(
            CaudalException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.DEVICE_UNAVAILABLE))
        .hasMessageContainingAll("'gpus'", "GPU 4", "0 to 3", "model.gpu-resource", "model.device");
    assertThatThrownBy(() -> choose("auto", 0, List.of(0), 0)).hasMessageContaining("no GPU");
    assertThat(choose("cpu", 0, List.of(4), 4).device()).isEqualTo("cpu");
  }

  @Test
  void without_memory_another_gpu_then_the_cpu_until_the_time_is_over() {
    devices.lacksMemory(demand("cuda:0"), "too small", now);
    Devices.Choice second = choose("auto", 0, List.of(), 2);
    assertThat(second.device()).isEqualTo("cuda:1");
    assertThat(second.missing())
        .isEqualTo("cuda:0 had no memory at 1970-01-01T00:00:00Z: too small");

    now += 60_000;
    devices.lacksMemory(demand("cuda:1"), "too small too", now);
    assertThat(choose("auto", 0, List.of(), 2).device()).isEqualTo("cpu");
    assertThat(choose("auto", 0, List.of(), 2).missing())
        .isEqualTo(
            "cuda:0 had no memory at 1970-01-01T00:00:00Z: too small;"
                + " cuda:1 had no memory at 1970-01-01T00:01:00Z: too small too");
    assertThat(choose("cuda:1", 0, List.of(), 2).device()).isEqualTo("cpu");
    assertThat(devices.found()).isEqualTo(2);

    now = RETRY.toMillis() - 1;
    assertThat(choose("auto", 0, List.of(), 2).device()).isEqualTo("cpu");
    now++;
    assertThat(choose("auto", 0, List.of(), 2).device()).isEqualTo("cuda:0");
    assertThat(choose("auto", 0, List.of(), 2).missing())
        .startsWith("cuda:1")
        .doesNotContain("cuda:0");
  }

  @Test
  void other_demands_are_not_refused_for_it() {
    devices.lacksMemory(demand("cuda:0"), "too small", now);
    Demand smaller = new Demand(model("auto"), 0, 16, 256, 65536);

    Devices.Choice choice =
        devices.choose(smaller, place(0, List.of()), 1, device -> 0, Set.of(), now);

    assertThat(choice).isEqualTo(new Devices.Choice("cuda:0", ""));
  }

  @Test
  void what_was_tried_is_not_tried_again_at_once() {
    Devices.Choice choice =
        devices.choose(
            demand("auto"), place(0, List.of()), 2, device -> 0, Set.of("cuda:0", "cuda:1"), now);

    assertThat(choice.device()).isEqualTo("cpu");
  }

  private List<String> takeAll(int visible, int... subtasks) {
    List<String> taken = new ArrayList<>();
    for (int subtask : subtasks) {
      taken.add(take("auto", subtask, visible));
    }
    return taken;
  }

  private String take(String device, int subtask, int visible) {
    String taken = choose(device, subtask, List.of(), visible).device();
    users.merge(taken, 1, Integer::sum);
    return taken;
  }

  private Devices.Choice choose(String device, int subtask, List<Integer> gpus, int visible) {
    return devices.choose(
        demand(device),
        place(subtask, gpus),
        visible,
        one -> users.getOrDefault(one, 0),
        Set.of(),
        now);
  }

  private static Placement place(int subtask, List<Integer> gpus) {
    return new Placement(subtask, gpus, new DeviceSettings("gpus", true, RETRY));
  }

  private static Demand demand(String device) {
    return new Demand(model(device), 0, 16, 512, 65536);
  }

  private static ModelSettings model(String device) {
    return new ModelSettings(ModelSettings.BUNDLED, "", Dtype.AUTO, device, true, List.of());
  }
}
