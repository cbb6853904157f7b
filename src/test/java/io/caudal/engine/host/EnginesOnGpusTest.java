package io.caudal.engine.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.config.DeviceSettings;
import io.caudal.config.EngineSettings;
import io.caudal.config.KvSettings;
import io.caudal.config.ModelSettings;
import io.caudal.config.Settings;
import io.caudal.engine.Generation;
import io.caudal.engine.GenerationListener;
import io.caudal.engine.GenerationOutcome;
import io.caudal.engine.host.Engines.Lease;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.SamplingParams;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Engines of one process over GPUs that are a script, with the real model behind. */
@Timeout(120)
class EnginesOnGpusTest {
  private static final SamplingParams SAMPLING =
      new SamplingParams(0, 1, 0, 0, null, 0, 0, 1, true);

  private final ScriptedGpus gpus = ScriptedGpus.install(2);
  private final List<Lease> leases = new ArrayList<>();
  private final Map<String, String> settings = new HashMap<>();

  EnginesOnGpusTest() {
    settings.put("model.dtype", "fp32");
    settings.put("engine.linger", "0ms");
    settings.put("engine.speculative-tokens", "0");
  }

  @AfterEach
  void close() {
    leases.forEach(Lease::close);
    gpus.close();
  }

  @Test
  void each_gpu_carries_an_engine_that_its_subtasks_share() throws Exception {
    settings.put("model.name", "shared");
    List<Engine> engines = new ArrayList<>();
    for (int subtask = 0; subtask < 4; subtask++) {
      engines.add(acquire(subtask).engine());
    }

    assertThat(engines)
        .extracting(Engine::device)
        .containsExactly("cuda:0", "cuda:1", "cuda:0", "cuda:1");
    assertThat(engines.get(2)).isSameAs(engines.get(0)).isNotSameAs(engines.get(1));
    assertThat(gpus.loaded()).containsExactly("cuda:0", "cuda:1");
    assertThat(leases).extracting(Lease::missing).containsOnly("");
    int[] answer = generate(engines.get(0), 20, 10).output();
    assertThat(generate(engines.get(1), 20, 10).output()).isEqualTo(answer);
    assertThat(engines.get(0).steps()).isPositive();
  }

  @Test
  void only_the_gpus_that_flink_gave() throws Exception {
    settings.put("model.name", "given");

    assertThat(acquire(0, List.of(1)).engine().device()).isEqualTo("cuda:1");
    assertThatThrownBy(() -> acquire(0, List.of(2)))
        .isInstanceOf(CaudalException.class)
        .hasMessageContainingAll("GPU 2", "0 to 1");
  }

  @Test
  void weights_that_do_not_fit_on_a_gpu_are_loaded_elsewhere_at_once() throws Exception {
    settings.put("model.name", "heavy");
    gpus.setMemory("cuda:0", 0);
    assertThat(acquire(0).engine().device()).isEqualTo("cuda:1");
    assertThat(leases.get(0).missing()).contains("cuda:0 had no memory", "for the weights");

    gpus.setMemory("cuda:1", 0);
    leases.remove(0).close();
    settings.put("kv.device.tokens", "4096"); // another demand: both are asked
    Lease onCpu = acquire(0);
    assertThat(onCpu.engine().device()).isEqualTo("cpu");
    assertThat(onCpu.missing()).contains("cuda:0", "cuda:1");
    assertThat(gpus.loaded()).containsExactly("cuda:0", "cuda:1", "cuda:1", "cuda:0", "cpu");
    assertThat(generate(onCpu.engine(), 20, 10).output()).hasSize(10);
  }

  @Test
  void a_sequence_that_does_not_fit_alone_moves_the_work_elsewhere() throws Exception {
    settings.put("model.name", "crowded");
    settings.put("model.device", "cuda:1");
    gpus.setMemory("cuda:1", 60);
    long lacks = Engines.lacksOfMemory();
    Engine gpu = acquire(0).engine();
    int[] fits = generate(gpu, 20, 10).output();

    assertThatThrownBy(() -> generate(gpu, 80, 10))
        .hasCauseInstanceOf(CaudalException.class)
        .hasMessageContaining("memory for 60 tokens");
    assertThat(gpu.failed()).isTrue();
    assertThat(gpu.failures(null, "r80")).isZero();
    leases.remove(0).close();

    Lease next = acquire(0);
    assertThat(next.engine().device()).isEqualTo("cpu");
    assertThat(next.missing()).contains("cuda:1 had no memory", "60 tokens");
    assertThat(Engines.lacksOfMemory()).isEqualTo(lacks + 1);
    assertThat(generate(next.engine(), 80, 10).output()).hasSize(10);
    assertThat(generate(next.engine(), 20, 10).output()).isEqualTo(fits);
  }

  @Test
  void without_fallback_the_request_ends_and_the_others_go_on() throws Exception {
    settings.put("model.name", "staying");
    settings.put("model.device", "cuda:0");
    settings.put("model.cpu-fallback", "false");
    gpus.setMemory("cuda:0", 60);
    Engine gpu = acquire(0).engine();

    GenerationOutcome large = generate(gpu, 80, 10);

    assertThat(Objects.requireNonNull(large.failure()).code()).isEqualTo(ErrorCode.OUT_OF_MEMORY);
    assertThat(generate(gpu, 20, 10).output()).hasSize(10);
    gpus.setMemory("cuda:0", 0);
    settings.put("kv.device.tokens", "4096");
    assertThatThrownBy(() -> acquire(0))
        .isInstanceOfSatisfying(
            CaudalException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_MEMORY));
  }

  @Test
  void an_engine_that_was_kept_moves_if_the_next_job_wants_it() throws Exception {
    settings.put("model.name", "kept");
    settings.put("engine.linger", "1min");
    settings.put("model.device", "cuda:0");
    settings.put("model.cpu-fallback", "false");
    gpus.setMemory("cuda:0", 60);
    Engine gpu = acquire(0).engine();
    assertThat(generate(gpu, 80, 10).failure()).isNotNull();
    leases.remove(0).close();

    settings.put("model.cpu-fallback", "true");
    assertThat(acquire(0).engine()).isSameAs(gpu);
    assertThatThrownBy(() -> generate(gpu, 80, 10)).hasMessageContaining("memory for 60 tokens");
    leases.remove(0).close();
    assertThat(acquire(0).engine().device()).isEqualTo("cpu");
  }

  @Test
  void a_gpu_that_is_not_there_is_an_error_and_no_reason_to_move() {
    settings.put("model.device", "cuda:2");

    assertThatThrownBy(() -> acquire(0))
        .isInstanceOfSatisfying(
            CaudalException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.DEVICE_UNAVAILABLE));
  }

  private Lease acquire(int subtask) throws InterruptedException {
    return acquire(subtask, List.of());
  }

  private Lease acquire(int subtask, List<Integer> given) throws InterruptedException {
    Settings all = Settings.of(settings);
    Lease lease =
        Engines.acquire(
            ModelSettings.from(all),
            EngineSettings.from(all),
            KvSettings.from(all),
            new Placement(subtask, given, DeviceSettings.from(all)));
    leases.add(lease);
    return lease;
  }

  private static GenerationOutcome generate(Engine engine, int promptTokens, int newTokens)
      throws InterruptedException, ExecutionException {
    int[] prompt = new int[promptTokens];
    for (int i = 0; i < promptTokens; i++) {
      prompt[i] = 100 + i;
    }
    Generation generation =
        new Generation(
            "r" + promptTokens,
            null,
            prompt,
            0,
            0,
            SAMPLING,
            0,
            List.of(),
            newTokens,
            0,
            "default",
            Long.MAX_VALUE);
    Heard heard = new Heard();
    engine.submit(generation, List.of(), heard);
    return heard.outcome.get();
  }

  private static final class Heard implements GenerationListener {
    final CompletableFuture<GenerationOutcome> outcome = new CompletableFuture<>();

    @Override
    public void onToken(int id) {}

    @Override
    public void onText(String text) {}

    @Override
    public void onFinish(GenerationOutcome end) {
      outcome.complete(end);
    }

    @Override
    public void onEngineFailure(CaudalException failure) {
      outcome.completeExceptionally(failure);
    }
  }
}
