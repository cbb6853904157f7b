package io.caudal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.config.EngineSettings;
import io.caudal.config.Settings;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.kv.HostKv;
import io.caudal.kv.KvPool;
import io.caudal.protocol.FinishReason;
import io.caudal.protocol.ResponseFormat;
import io.caudal.protocol.SamplingParams;
import io.caudal.schedule.TokenLog;
import io.caudal.text.JsonPrefix;
import io.caudal.text.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A model that says anything at all, held to JSON. */
class JsonModeTest {

  @Test
  void an_answer_is_one_object_or_the_beginning_of_one() throws IOException {
    int closed = 0;
    for (int seed = 0; seed < 60; seed++) {
      GenerationOutcome outcome = answer(new Characters(32), seed, Map.of(), new int[0], 60);
      closed += check(outcome) ? 1 : 0;
    }
    assertThat(closed).isBetween(5, 59);
  }

  @Test
  void a_token_may_hold_half_a_character_or_more_than_the_end() throws IOException {
    // Bytes of é, then what ends the object and more.
    Map<Integer, byte[]> odd =
        Map.of(
            34,
            new byte[] {(byte) 0xC3},
            35,
            new byte[] {(byte) 0xA9},
            36,
            "\":1}\n".getBytes(StandardCharsets.UTF_8),
            37,
            "{}{".getBytes(StandardCharsets.UTF_8));
    int closed = 0;
    for (int seed = 0; seed < 60; seed++) {
      GenerationOutcome outcome =
          answer(
              new Characters(32, odd),
              seed,
              Map.of(3, 3.0, 34, 2.0, 35, 2.0, 36, 4.0),
              new int[0],
              60);
      closed += check(outcome) ? 1 : 0;
    }
    assertThat(closed).isPositive();
  }

  @Test
  void an_answer_that_continues_stays_in_its_object() {
    GenerationOutcome whole = answer(new Characters(32), 3, Map.of(), new int[0], 60);
    for (int begun = 1; begun <= whole.output().length; begun++) {
      int[] earlier = java.util.Arrays.copyOf(whole.output(), begun);
      GenerationOutcome rest = answer(new Characters(32), 3, Map.of(), earlier, 60);
      assertThat(rest.output()).isEqualTo(whole.output());
      assertThat(rest.reason()).isEqualTo(whole.reason());
    }
  }

  @Test
  void a_model_that_cannot_write_json_is_told_so() {
    // It can close an object, and no more.
    GenerationOutcome unable = answer(new Characters('}'), 1, Map.of(), new int[0], 60);
    assertThat(code(unable)).isEqualTo(ErrorCode.MODEL_UNSUPPORTED);
    GenerationOutcome unknown = answer(new NumberTokenizer(), 1, Map.of(), new int[0], 60);
    assertThat(code(unknown)).isEqualTo(ErrorCode.MODEL_UNSUPPORTED);
  }

  @Test
  void a_bias_of_an_id_that_the_model_lacks_is_refused() {
    GenerationOutcome outcome =
        answer(new Characters(32), 1, Map.of(FakeRunner.VOCABULARY, 1.0), new int[0], 60);
    assertThat(code(outcome)).isEqualTo(ErrorCode.BAD_PARAMETER);
    assertThat(Objects.requireNonNull(outcome.failure()).message())
        .contains("logit_bias", "97", "0 to 96");
  }

  /** Whether the answer's object is closed; a text that is none fails. */
  private static boolean check(GenerationOutcome outcome) throws IOException {
    assertThat(outcome.failure()).isNull();
    if (outcome.reason() == FinishReason.STOP) {
      assertThat(new ObjectMapper().readTree(outcome.text())).isInstanceOf(ObjectNode.class);
      return true;
    }
    assertThat(outcome.output()).hasSize(60);
    String text = outcome.text().replace("\uFFFD", "");
    assertThat(new JsonPrefix().accept(text.getBytes(StandardCharsets.UTF_8))).as(text).isTrue();
    return false;
  }

  private static ErrorCode code(GenerationOutcome outcome) {
    return Objects.requireNonNull(outcome.failure()).code();
  }

  private static GenerationOutcome answer(
      Tokenizer tokenizer, long seed, Map<Integer, Double> bias, int[] begun, int most) {
    StepEngine engine =
        new StepEngine(
            new FakeRunner(4),
            new KvPool(512),
            new SharedPrefixes(new HostKv(0), 16),
            EngineSettings.from(
                Settings.of(Map.of("engine.max-batch", "4", "engine.token-budget", "64"))),
            tokenizer,
            EngineClock.SYSTEM);
    int[] context = new int[3 + begun.length];
    System.arraycopy(begun, 0, context, 3, begun.length);
    SamplingParams sampling =
        new SamplingParams(
            1, 1, 0, 0, null, 0, 0, 1, false, bias, null, ResponseFormat.JSON_OBJECT, 1);
    Generation generation =
        new Generation(
            "r",
            null,
            context,
            begun.length,
            0,
            sampling,
            seed,
            List.of(),
            most,
            0,
            "t",
            Long.MAX_VALUE);
    Ended ended = new Ended();
    engine.submit(generation, List.of(), new TokenLog(context, most), ended);
    while (engine.step()) {
      assertThat(engine.unfinished()).isLessThan(2);
    }
    return Objects.requireNonNull(ended.outcome);
  }

  private static final class Ended implements GenerationListener {
    private @Nullable GenerationOutcome outcome;

    @Override
    public void onText(String text) {}

    @Override
    public void onFinish(GenerationOutcome finished) {
      outcome = finished;
    }

    @Override
    public void onEngineFailure(CaudalException failure) {
      throw failure;
    }
  }

  /** Token 1 and those after are the characters from {@code first} on; token 0 has no text. */
  private record Characters(int first, Map<Integer, byte[]> others) implements Tokenizer {

    Characters(int first) {
      this(first, Map.of());
    }

    @Override
    public int[] encode(String text, boolean addSpecialTokens) {
      return text.chars().map(c -> c - first + 1).toArray();
    }

    @Override
    public String decode(int[] ids, int from, int to) {
      java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
      for (int i = from; i < to; i++) {
        byte[] one = bytes(ids[i]);
        bytes.writeBytes(one == null ? new byte[0] : one);
      }
      return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public int vocabularySize() {
      return FakeRunner.VOCABULARY;
    }

    @Override
    public byte @Nullable [] bytes(int id) {
      byte[] other = others.get(id);
      int c = first + id - 1;
      return id == 0 || c > '~' ? null : other != null ? other : new byte[] {(byte) c};
    }
  }
}
