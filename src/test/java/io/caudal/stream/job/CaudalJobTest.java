package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.Choice;
import io.caudal.protocol.ControlAck;
import io.caudal.protocol.ControlAckJson;
import io.caudal.protocol.DeadLetter;
import io.caudal.protocol.DeadLetterJson;
import io.caudal.protocol.Failure;
import io.caudal.protocol.FinishReason;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import io.caudal.protocol.TokenChunk;
import io.caudal.protocol.TokenChunkJson;
import io.caudal.protocol.TokenLogprobs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole job with a real broker, RocksDB and the bundled model, in one process. */
@NullUnmarked
class CaudalJobTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private static RunningJob running;
  private static Topics topics;

  @BeforeAll
  static void start() throws Exception {
    running = RunningJob.start(folder, Map.of());
    topics = running.topics();
  }

  @AfterAll
  static void stop() {
    running.close();
  }

  @Test
  void a_conversation_survives_a_lost_taskmanager_and_a_rescale() throws Exception {
    JsonNode session = golden(2);
    ask(session, "s-survives", 0);
    Result second = ask(session, "s-survives", 1);
    assertThat(second.usage().cachedTokens()).isGreaterThan(second.usage().promptTokens() / 3);
    assertThat(second.turn()).isEqualTo(2);

    running.loseTaskManager();
    Result third = ask(session, "s-survives", 2);
    assertThat(third.attempt()).isGreaterThan(second.attempt());

    running.rescale(1);
    Result fourth = ask(session, "s-survives", 3);

    assertThat(fourth.turn()).isEqualTo(4);
    assertThat(fourth.usage().cachedTokens()).isGreaterThan(fourth.usage().promptTokens() / 2);
    assertThat(results("s-survives")).hasSize(4);
  }

  @Test
  void pieces_of_an_answer_add_up_to_its_text() throws Exception {
    ask(golden(4), "s-stream", 0);
    Result result = ask(golden(4), "s-stream", 1);

    String id = result.requestId();
    long attempt = result.attempt();
    topics.await(TOPICS.tokensTopic(), 1, value -> isLast(value, id));
    List<TokenChunk> pieces =
        topics.all(TOPICS.tokensTopic()).stream()
            .map(TokenChunkJson::read)
            .filter(chunk -> chunk.requestId().equals(id) && chunk.attempt() == attempt)
            .sorted(Comparator.comparingInt(TokenChunk::index))
            .toList();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < pieces.size(); i++) {
      assertThat(pieces.get(i).index()).isEqualTo(i);
      text.append(pieces.get(i).text());
    }
    assertThat(text.toString()).isEqualTo(result.text());
    assertThat(pieces).hasSizeGreaterThan(10);
  }

  @Test
  void a_repeated_request_is_answered_from_memory() {
    String request =
        "{\"request_id\":\"again\",\"session_id\":\"s-again\",\"messages\":"
            + "[{\"role\":\"user\",\"content\":\"My name is Zorvek.\"}]}";
    topics.send(TOPICS.requestsTopic(), "s-again", request);
    topics.send(TOPICS.requestsTopic(), "s-again", request);

    List<byte[]> both = topics.await(TOPICS.resultsTopic(), 2, value -> id(value).equals("again"));

    Result first = ResultJson.read(both.get(0));
    Result second = ResultJson.read(both.get(1));
    assertThat(first.repeated()).isFalse();
    assertThat(second.repeated()).isTrue();
    assertThat(second.text()).isEqualTo(first.text());
    assertThat(second.turn()).isEqualTo(1);
  }

  @Test
  void an_ended_session_remembers_nothing() throws Exception {
    JsonNode session = golden(0);
    ask(session, "s-ended", 0);
    topics.send(
        TOPICS.requestsTopic(),
        "s-ended",
        "{\"type\":\"end_session\",\"request_id\":\"end\",\"session_id\":\"s-ended\"}");
    assertThat(result("end").failure()).isNull();

    topics.send(TOPICS.requestsTopic(), "s-ended", message("ended-2", "What is my name?", ""));
    Result after = result("ended-2");

    assertThat(after.usage().cachedTokens()).isZero();
    assertThat(after.text()).doesNotContain("Zorvek");
  }

  @Test
  void a_running_request_can_be_cancelled_and_leaves_no_trace() {
    topics.send(
        TOPICS.requestsTopic(),
        "s-cancel",
        // Hot, so that no token can be guessed and the answer takes its time.
        "{\"request_id\":\"endless\",\"prompt\":\"Once\",\"max_tokens\":1900,"
            + "\"temperature\":2,\"ignore_eos\":true}");
    topics.await(
        TOPICS.tokensTopic(), 1, value -> TokenChunkJson.read(value).requestId().equals("endless"));
    topics.send(
        TOPICS.requestsTopic(),
        "s-cancel",
        "{\"type\":\"cancel\",\"request_id\":\"stop-it\",\"target_request_id\":\"endless\"}");

    assertThat(failure(result("endless")).code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(result("stop-it").failure()).isNull();
    topics.send(TOPICS.requestsTopic(), "s-cancel", message("after-cancel", "Hello!", ""));
    assertThat(result("after-cancel").turn()).isEqualTo(1);
  }

  @Test
  void an_answer_that_was_given_outlives_the_cancellation_of_its_repetition() throws Exception {
    String request = message("answered", "My name is Zorvek.", "");
    topics.send(TOPICS.requestsTopic(), "s-answered", request);
    Result first = result("answered");
    topics.send(
        TOPICS.requestsTopic(),
        "s-answered",
        "{\"request_id\":\"before\",\"prompt\":\"Once\",\"max_tokens\":1900,"
            + "\"temperature\":2,\"ignore_eos\":true}");
    topics.await(
        TOPICS.tokensTopic(), 1, value -> TokenChunkJson.read(value).requestId().equals("before"));
    topics.send(TOPICS.requestsTopic(), "s-answered", request);
    for (String target : List.of("answered", "before")) {
      topics.send(
          TOPICS.requestsTopic(),
          "s-answered",
          String.format(
              "{\"type\":\"cancel\",\"request_id\":\"stop-%s\",\"target_request_id\":\"%s\"}",
              target, target));
    }
    assertThat(failure(result("before")).code()).isEqualTo(ErrorCode.CANCELLED);
    topics.send(TOPICS.requestsTopic(), "s-answered", request);

    List<Result> all =
        topics.await(TOPICS.resultsTopic(), 3, value -> id(value).equals("answered")).stream()
            .map(ResultJson::read)
            .toList();
    assertThat(all).extracting(Result::text).containsOnly(first.text());
    assertThat(all).extracting(Result::repeated).containsExactly(false, true, true);
  }

  @Test
  void bad_input_is_answered_or_kept_and_the_job_goes_on() throws Exception {
    topics.send(TOPICS.requestsTopic(), null, "{not json");
    topics.send(TOPICS.requestsTopic(), null, new byte[] {(byte) 0xff, 1});
    topics.send(TOPICS.requestsTopic(), null, (byte[]) null);
    topics.send(TOPICS.requestsTopic(), "s-bad", message("too-hot", "Hi", ",\"temperature\":9"));
    topics.send(TOPICS.requestsTopic(), "s-bad", message("other", "Hi", ",\"model\":\"gpt\""));
    topics.send(TOPICS.requestsTopic(), "s-bad", message("long", "Hi", ",\"max_tokens\":4000"));
    topics.send(TOPICS.requestsTopic(), "s-bad", "{\"type\":\"dance\",\"request_id\":\"dance\"}");

    assertThat(failure(result("too-hot")).message()).contains("temperature", "9");
    assertThat(failure(result("other")).code()).isEqualTo(ErrorCode.UNKNOWN_MODEL);
    assertThat(failure(result("long")).code()).isEqualTo(ErrorCode.CONTEXT_TOO_LONG);
    assertThat(failure(result("dance")).code()).isEqualTo(ErrorCode.UNKNOWN_TYPE);
    List<DeadLetter> letters =
        topics.await(TOPICS.deadLetterTopic(), 4, value -> true).stream()
            .map(DeadLetterJson::read)
            .toList();
    assertThat(letters)
        .extracting(DeadLetter::code)
        .contains(
            ErrorCode.BAD_JSON, ErrorCode.BAD_UTF8, ErrorCode.EMPTY_RECORD, ErrorCode.UNKNOWN_TYPE);
    assertThat(letters).anySatisfy(l -> assertThat(l.original()).containsExactly(0xff, 1));
    assertThat(ask(golden(3), "s-good", 0).failure()).isNull();
  }

  @Test
  void identical_requests_without_a_session_run_once() {
    String body = "\"prompt\":\"Once there was\",\"max_tokens\":8}";
    topics.send(TOPICS.requestsTopic(), null, "{\"request_id\":\"one\"," + body);
    topics.send(TOPICS.requestsTopic(), null, "{\"request_id\":\"two\"," + body);

    Result one = result("one");
    Result two = result("two");

    assertThat(two.text()).isEqualTo(one.text()).isNotEmpty();
    assertThat(List.of(one.repeated(), two.repeated())).containsExactlyInAnyOrder(false, true);
  }

  @Test
  void log_probabilities_survive_a_lost_taskmanager_and_come_again_with_a_repeated_id()
      throws Exception {
    String asked =
        "\"prompt\":\"Once there was\",\"max_tokens\":1500,\"temperature\":1,\"seed\":5,"
            + "\"logit_bias\":{\"0\":-100,\"1\":-100,\"2\":-100},\"logprobs\":true,\"top_logprobs\":1}";
    // In the company of others an answer takes longer than a checkpoint, on a fast machine too.
    for (int i = 0; i < 12; i++) {
      topics.send(
          TOPICS.requestsTopic(),
          "s-beside-" + i,
          "{\"request_id\":\"beside\",\"prompt\":\"Once\",\"max_tokens\":1900,\"stream\":false,"
              + "\"logit_bias\":{\"0\":-100,\"1\":-100,\"2\":-100}}");
    }
    topics.send(TOPICS.requestsTopic(), "s-scored", "{\"request_id\":\"scored\"," + asked);
    topics.await(
        TOPICS.tokensTopic(), 20, value -> TokenChunkJson.read(value).requestId().equals("scored"));
    // A result is seen when its checkpoint is complete: that one holds tokens of the other answer.
    topics.send(TOPICS.requestsTopic(), "s-mark", message("mark", "Hello!", ""));
    long before = result("mark").attempt();
    running.loseTaskManager();
    for (int i = 0; i < 12; i++) {
      topics.send(
          TOPICS.requestsTopic(),
          "s-beside-" + i,
          "{\"type\":\"cancel\",\"request_id\":\"stop\",\"target_request_id\":\"beside\"}");
    }
    Result scored = result("scored");
    topics.send(TOPICS.requestsTopic(), "s-undisturbed", "{\"request_id\":\"u\"," + asked);
    topics.send(TOPICS.requestsTopic(), "s-scored", "{\"request_id\":\"scored\"," + asked);
    Result undisturbed = result("u");
    List<byte[]> both = topics.await(TOPICS.resultsTopic(), 2, value -> id(value).equals("scored"));

    assertThat(scored.attempt()).isGreaterThan(before);
    assertThat(firstPiece("scored", scored.attempt())).hasSizeGreaterThan(20);
    assertThat(scored.text()).isEqualTo(undisturbed.text());
    List<TokenLogprobs> tokens = Objects.requireNonNull(scored.logprobs());
    List<TokenLogprobs> others = Objects.requireNonNull(undisturbed.logprobs());
    assertThat(tokens).hasSize(scored.usage().completionTokens()).hasSameSizeAs(others);
    for (int i = 0; i < tokens.size(); i++) {
      assertThat(tokens.get(i).token().id()).isEqualTo(others.get(i).token().id());
      assertThat(tokens.get(i).token().logprob())
          .isCloseTo(others.get(i).token().logprob(), within(1e-3f));
      assertThat(tokens.get(i).top()).hasSize(1);
    }
    assertThat(textOf(tokens)).isEqualTo(scored.text());
    Result repeated = ResultJson.read(both.get(1));
    assertThat(repeated.repeated()).isTrue();
    assertThat(repeated.logprobs()).isEqualTo(tokens);
  }

  @Test
  void an_answer_in_json_mode_is_an_object() throws Exception {
    String prompt =
        "\"prompt\":\"A name as JSON: \",\"response_format\":{\"type\":\"json_object\"}";
    topics.send(
        TOPICS.requestsTopic(),
        null,
        "{\"request_id\":\"closed\",\"logit_bias\":{\"" + brace() + "\":100}," + prompt + "}");
    topics.send(
        TOPICS.requestsTopic(),
        null,
        "{\"request_id\":\"open\",\"temperature\":1,\"max_tokens\":12," + prompt + "}");

    Result closed = result("closed");
    assertThat(closed.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(JSON.readTree(closed.text()).isObject()).isTrue();
    Result open = result("open");
    assertThat(open.failure()).isNull();
    assertThat(open.text().strip()).startsWith("{");
    topics.send(
        TOPICS.requestsTopic(),
        null,
        "{\"request_id\":\"far\",\"prompt\":\"a\",\"logit_bias\":{\"99999\":1}}");
    assertThat(failure(result("far")).code()).isEqualTo(ErrorCode.BAD_PARAMETER);
  }

  @Test
  void several_answers_differ_as_their_seeds_do() {
    String prompt = "\"prompt\":\"Once there was\",\"max_tokens\":24,\"temperature\":1.5,";
    topics.send(
        TOPICS.requestsTopic(),
        null,
        "{\"request_id\":\"several\"," + prompt + "\"seed\":41,\"n\":3,\"logprobs\":true}");
    topics.send(
        TOPICS.requestsTopic(), null, "{\"request_id\":\"alone\"," + prompt + "\"seed\":43}");

    Result several = result("several");
    List<Choice> choices = Objects.requireNonNull(several.choices());
    assertThat(choices).extracting(Choice::index).containsExactly(0, 1, 2);
    assertThat(choices).extracting(Choice::text).doesNotHaveDuplicates();
    assertThat(several.text()).isEqualTo(choices.get(0).text());
    assertThat(several.logprobs()).isEqualTo(choices.get(0).logprobs());
    assertThat(choices.stream().mapToInt(c -> c.logprobs().size()).sum())
        .isEqualTo(several.usage().completionTokens());
    assertThat(choices.get(2).text()).isEqualTo(result("alone").text());
    for (Choice choice : choices) {
      topics.await(
          TOPICS.tokensTopic(),
          1,
          value ->
              isLast(value, "several") && TokenChunkJson.read(value).choice() == choice.index());
      assertThat(streamed("several", several.attempt(), choice.index())).isEqualTo(choice.text());
    }
  }

  @Test
  void live_settings_change_whole_or_not_at_all() {
    topics.send(
        TOPICS.controlTopic(),
        "x",
        "{\"change_id\":\"c1\",\"set\":{\"engine.max-batch\":4,\"engine.token-budget\":\"1\"}}");
    topics.send(
        TOPICS.controlTopic(), "x", "{\"change_id\":\"c2\",\"set\":{\"engine.max-batch\":4}}");

    ControlAck refused = ack("c1");
    assertThat(refused.problems()).singleElement().asString().contains("engine.token-budget", "16");
    assertThat(refused.applied()).isEmpty();
    ControlAck applied = ack("c2");
    assertThat(applied.problems()).isEmpty();
    assertThat(applied.applied()).containsEntry("engine.max-batch", "4");
    assertThat(applied.configVersion()).isEqualTo(1);
  }

  @Test
  void metrics_count_what_happened() throws Exception {
    ask(golden(5), "s-metrics", 0);

    MetricsRecord metrics = topics.awaitReport(CaudalJobTest::answered);
    assertThat(metrics.counters().get("completion_tokens")).isPositive();
    assertThat(metrics.counters().get("stored_bytes")).isPositive();
  }

  private static boolean answered(MetricsRecord metrics) {
    return metrics.counters().get("results_ok") > 0 && metrics.latencies().containsKey("ttft_ms");
  }

  /** Sends one turn of a golden session and checks its answer against the golden one. */
  private static Result ask(JsonNode session, String sessionId, int turn) {
    String id = sessionId + "-" + turn;
    String question = session.path("messages").path(turn * 2).path("content").asText();
    topics.send(TOPICS.requestsTopic(), sessionId, message(id, question, ""));
    Result result = result(id);
    assertThat(result.failure()).isNull();
    assertThat(result.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(result.text())
        .isEqualTo(session.path("messages").path(turn * 2 + 1).path("content").asText());
    assertThat(result.sessionId()).isEqualTo(sessionId);
    return result;
  }

  private static Result result(String requestId) {
    return ResultJson.read(
        topics.await(TOPICS.resultsTopic(), 1, value -> id(value).equals(requestId)).get(0));
  }

  private static List<Result> results(String session) {
    return topics.all(TOPICS.resultsTopic()).stream()
        .map(ResultJson::read)
        .filter(result -> session.equals(result.sessionId()))
        .toList();
  }

  private static ControlAck ack(String change) {
    return ControlAckJson.read(
        topics
            .await(
                TOPICS.acksTopic(),
                1,
                value -> ControlAckJson.read(value).changeId().equals(change))
            .get(0));
  }

  private static boolean isLast(byte[] value, String id) {
    TokenChunk chunk = TokenChunkJson.read(value);
    return chunk.last() && chunk.requestId().equals(id);
  }

  private static String id(byte[] result) {
    return ResultJson.read(result).requestId();
  }

  private static Failure failure(Result result) {
    return Objects.requireNonNull(result.failure());
  }

  private static String message(String id, String content, String more) {
    return String.format(
        "{\"request_id\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]%s}",
        id, content, more);
  }

  private static String streamed(String requestId, long attempt, int choice) {
    return topics.all(TOPICS.tokensTopic()).stream()
        .map(TokenChunkJson::read)
        .filter(chunk -> chunk.requestId().equals(requestId) && chunk.attempt() == attempt)
        .filter(chunk -> chunk.choice() == choice)
        .sorted(Comparator.comparingInt(TokenChunk::index))
        .map(TokenChunk::text)
        .collect(Collectors.joining());
  }

  private static String firstPiece(String requestId, long attempt) {
    return topics.all(TOPICS.tokensTopic()).stream()
        .map(TokenChunkJson::read)
        .filter(chunk -> chunk.requestId().equals(requestId))
        .filter(chunk -> chunk.attempt() == attempt && chunk.index() == 0)
        .map(TokenChunk::text)
        .findFirst()
        .orElse("");
  }

  /** The text whose bytes the tokens tell. */
  private static String textOf(List<TokenLogprobs> tokens) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (TokenLogprobs token : tokens) {
      token.token().bytes().forEach(bytes::write);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** The token id of a closing brace in the bundled model. */
  private static int brace() throws IOException {
    try (var in = CaudalJobTest.class.getResourceAsStream("/models/demo/tokenizer.json")) {
      return JSON.readTree(in).path("model").path("vocab").path("}").asInt();
    }
  }

  private static JsonNode golden(int session) throws IOException {
    try (var in = CaudalJobTest.class.getResourceAsStream("/models/demo/golden.json")) {
      return JSON.readTree(in).path("sessions").path(session);
    }
  }
}
