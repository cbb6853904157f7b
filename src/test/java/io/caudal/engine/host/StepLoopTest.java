package io.caudal.engine.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import io.caudal.schedule.TokenLog;
import io.caudal.text.ModelText;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import net.openhft.affinity.Affinity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is told when a step loop ends before its time. */
@Timeout(60)
class StepLoopTest {
  private final HangingRunner model = new HangingRunner();
  private final BlockingQueue<CaudalException> heard = new LinkedBlockingQueue<>();

  private final WatchedRunner runner = new WatchedRunner(model);

  private StepLoop loop() {
    return loop(List.of());
  }

  private StepLoop loop(List<Integer> cpus) {
    EngineSettings settings = EngineSettings.from(Settings.of(Map.of()));
    StepEngine engine =
        new StepEngine(
            runner,
            new KvPool(1024),
            new SharedPrefixes(new HostKv(0), 16),
            settings,
            ModelText.load(ModelFolder.resolve("bundled:demo")).tokenizer(),
            EngineClock.SYSTEM);
    return new StepLoop(engine, runner, settings, "hanging", cpus, e -> {});
  }

  @Test
  void it_runs_on_the_cpus_that_are_named_and_so_do_threads_that_it_starts() throws Exception {
    int last = Affinity.getAffinity().length() - 1;
    BlockingQueue<BitSet> cpus = new LinkedBlockingQueue<>();
    try (StepLoop loop = loop(List.of(last))) {
      loop.execute(() -> cpus.add(Affinity.getAffinity()));
      loop.execute(() -> new Thread(() -> cpus.add(Affinity.getAffinity())).start());
      for (int i = 0; i < 2; i++) {
        assertThat(cpus.poll(10, TimeUnit.SECONDS)).isEqualTo(bits(last));
      }
    }
  }

  @Test
  void cpus_that_are_not_there_are_refused_and_the_thread_stays_where_it_was() {
    BitSet before = Affinity.getAffinity();
    for (List<Integer> cpus : List.of(List.of(1023), List.of(before.length() - 1, 1023))) {
      assertThatThrownBy(() -> CpuAffinity.check(cpus))
          .isInstanceOf(CaudalException.class)
          .hasMessageContaining("model.cpus = {")
          .hasMessageContaining("1023}, but of these a thread can have {");
      assertThat(Affinity.getAffinity()).isEqualTo(before);
    }
  }

  @Test
  void cpus_of_step_loops_and_of_the_rest_are_counted_once() {
    int own = Runtime.getRuntime().availableProcessors();
    int first = Affinity.getAffinity().nextSetBit(0);
    assertThat(CpuAffinity.processors(List.of())).isEqualTo(own);
    assertThat(CpuAffinity.processors(List.of(first))).isEqualTo(own);
    assertThat(CpuAffinity.processors(List.of(first, 1022, 1023))).isEqualTo(own + 2);
  }

  private static BitSet bits(int one) {
    BitSet bits = new BitSet();
    bits.set(one);
    return bits;
  }

  @Test
  void who_waits_for_work_that_throws_is_told_and_who_waits_behind_it() throws Exception {
    try (StepLoop loop = loop()) {
      CountDownLatch bothAreThere = new CountDownLatch(1);
      loop.execute(
          () -> {
            awaitQuietly(bothAreThere);
            throw new IllegalStateException("no room");
          },
          heard::add);
      loop.execute(() -> {}, heard::add);
      bothAreThere.countDown();
      for (int i = 0; i < 2; i++) {
        assertThat(heard.poll(10, TimeUnit.SECONDS)).hasMessageContaining("no room");
      }
    }
    assertThat(heard).isEmpty();
  }

  @Test
  void a_listener_is_told_once_if_its_submission_throws_after_it_is_known() throws Exception {
    try (StepLoop loop = loop()) {
      Hearing hearing = new Hearing();
      loop.execute(
          () -> {
            TokenLog tokens = new TokenLog(GENERATION.context(), GENERATION.maxNewTokens());
            loop.engine().submit(GENERATION, List.of(), tokens, hearing);
            throw new IllegalStateException("no room");
          },
          hearing);
      assertThat(heard.poll(10, TimeUnit.SECONDS)).hasMessageContaining("no room");
    }
    assertThat(heard).isEmpty();
  }

  @Test
  void who_waits_for_work_that_hangs_in_the_model_is_told() throws Exception {
    StepLoop loop = loop();
    try (loop) {
      loop.execute(() -> runner.forward(List.of()), heard::add);
      model.inStep.await();
      await().until(() -> runner.isBusyFor(1_000_000, System.nanoTime()));
      loop.giveUpIfHanging(Duration.ofMillis(1));
      assertThat(heard.poll(10, TimeUnit.SECONDS)).hasMessageContaining("the model hangs");
    }
    model.goOn.countDown();
    await().until(() -> model.closed);
    assertThat(heard).isEmpty();
  }

  @Test
  void whoever_waits_for_a_step_that_hangs_is_told_and_nobody_waits_for_the_thread()
      throws Exception {
    StepLoop loop = loop();
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

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

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
      awaitQuietly(goOn);
      return List.of();
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
