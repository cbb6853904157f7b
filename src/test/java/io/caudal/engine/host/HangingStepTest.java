package io.caudal.engine.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caudal.config.EngineSettings;
import io.caudal.config.Settings;
import io.caudal.engine.Chunk;
import io.caudal.engine.EngineClock;
import io.caudal.engine.Generation;
import io.caudal.engine.GenerationListener;
import io.caudal.engine.GenerationOutcome;
import io.caudal.engine.ModelInfo;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.Prediction;
import io.caudal.engine.SharedPrefixes;
import io.caudal.engine.StepEngine;
import io.caudal.engine.model.ModelFolder;
import io.caudal.error.CaudalException;
import io.caudal.kv.HostKv;
import io.caudal.kv.KvDtype;
import io.caudal.kv.KvPool;
import io.caudal.kv.KvShape;
import io.caudal.protocol.SamplingParams;
import io.caudal.text.ModelText;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A model that does not return. */
@Timeout(60)
class HangingStepTest {
  private final HangingRunner model = new HangingRunner();
  private final BlockingQueue<CaudalException> heard = new LinkedBlockingQueue<>();

  @Test
  void whoever_waits_is_told_and_nobody_waits_for_the_thread() throws InterruptedException {
    WatchedRunner runner = new WatchedRunner(model);
    EngineSettings settings = EngineSettings.from(Settings.of(Map.of()));
    StepEngine engine =
        new StepEngine(
            runner,
            new KvPool(1024),
            new SharedPrefixes(new HostKv(0), 16),
            settings,
            ModelText.load(ModelFolder.resolve("bundled:demo")).tokenizer(),
            EngineClock.SYSTEM);
    StepLoop loop = new StepLoop(engine, runner, settings, "hanging", e -> {});
    try (loop) {
      Submission submission = new Submission(loop, GENERATION);
      submission.submit(GENERATION, List.of(), new Hearing());
      model.inStep.await();
      loop.giveUpIfHanging(Duration.ofHours(1));
      assertThat(loop.failure()).isNull();
      await().until(() -> runner.isBusyFor(1_000_000, System.nanoTime()));
      loop.giveUpIfHanging(Duration.ofMillis(1));
      loop.giveUpIfHanging(Duration.ofMillis(1));
      CaudalException failure = heard.poll(10, TimeUnit.SECONDS);
      assertThat(failure).hasMessageContaining("engine.step-timeout = 1 ms");
      assertThat(StepFailures.of("s", "hanging")).isEqualTo(1);
      assertThat(loop.hangs()).isTrue();
    }
    // Closing has not waited.
    assertThat(loop.hangs()).isTrue();

    model.goOn.countDown();
    await().until(() -> !loop.hangs());
    await().until(() -> model.closed);
    assertThat(heard).isEmpty();
    assertThat(StepFailures.of("s", "hanging")).isEqualTo(1);
  }

  private static final Generation GENERATION =
      new Generation(
          "hanging",
          "s",
          new int[] {1, 2},
          0,
          0,
          SamplingParams.GREEDY,
          0,
          List.of(),
          4,
          0,
          "default",
          Long.MAX_VALUE);

  private final class Hearing implements GenerationListener {
    @Override
    public void onToken(int id) {}

    @Override
    public void onText(String text) {}

    @Override
    public void onFinish(GenerationOutcome outcome) {}

    @Override
    public void onEngineFailure(CaudalException failure) {
      heard.add(failure);
    }
  }

  private static final class HangingRunner implements ModelRunner {
    final CountDownLatch inStep = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    volatile boolean closed;

    @Override
    public ModelInfo model() {
      return new ModelInfo("hanging", 1, 512, 1024, Set.of(0), new KvShape(1, 1, 1, KvDtype.FP32));
    }

    @Override
    public int slots() {
      return 8;
    }

    @Override
    public void reserve(int slot, int capacityTokens) {}

    @Override
    public void release(int slot) {}

    @Override
    public void importKv(int slot, int firstToken, int tokens, List<ByteBuffer> blocks) {}

    @Override
    public ByteBuffer exportKv(int slot, int firstToken, int tokens) {
      return ByteBuffer.allocate(0);
    }

    @Override
    public List<Prediction> forward(List<Chunk> chunks) {
      inStep.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return List.of();
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
