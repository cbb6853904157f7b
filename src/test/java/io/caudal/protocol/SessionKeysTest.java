package io.caudal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class SessionKeysTest {

  @Test
  void aSessionsKeyIsItsId() {
    assertThat(SessionKeys.of(Samples.FULL)).isEqualTo("s-1");
    assertThat(SessionKeys.isSessionless("s-1")).isFalse();
  }

  @Test
  void identicalRequestsWithoutASessionMeet() {
    String key = SessionKeys.of(Samples.prompt("r-1", null, "Hi"));
    assertThat(key).matches("~[0-9a-f]{32}").isEqualTo(key("r-2", "Hi", SamplingParams.GREEDY));
    assertThat(SessionKeys.isSessionless(key)).isTrue();
    assertThat(key).isNotEqualTo(key("r-1", "Ho", SamplingParams.GREEDY));
  }

  @Test
  void randomRequestsKeepApartUnlessTheyShareASeed() {
    SamplingParams free = new SamplingParams(1, 1, 0, 0, null, 0, 0, 1);
    assertThat(key("r-1", "Hi", free)).isNotEqualTo(key("r-2", "Hi", free));
    SamplingParams seeded = new SamplingParams(1, 1, 0, 0, 7L, 0, 0, 1);
    assertThat(key("r-1", "Hi", seeded)).isEqualTo(key("r-2", "Hi", seeded));
    SamplingParams other = new SamplingParams(1, 1, 0, 0, 8L, 0, 0, 1);
    assertThat(key("r-1", "Hi", seeded)).isNotEqualTo(key("r-1", "Hi", other));
    SamplingParams longer = new SamplingParams(1, 1, 0, 0, 7L, 0, 0, 1, true);
    assertThat(key("r-1", "Hi", seeded)).isNotEqualTo(key("r-1", "Hi", longer));
  }

  @Test
  void whatDecidesTheAnswerOrWhatIsToldOfItIsInTheKey() {
    Set<String> keys = new HashSet<>();
    keys.add(key("r", "Hi", SamplingParams.GREEDY));
    keys.add(key("r", "Hi", with(Map.of(7, 1.0), null, ResponseFormat.TEXT)));
    keys.add(key("r", "Hi", with(Map.of(7, 2.0), null, ResponseFormat.TEXT)));
    keys.add(key("r", "Hi", with(Map.of(8, 1.0), null, ResponseFormat.TEXT)));
    keys.add(key("r", "Hi", with(Map.of(), 0, ResponseFormat.TEXT)));
    keys.add(key("r", "Hi", with(Map.of(), 1, ResponseFormat.TEXT)));
    keys.add(key("r", "Hi", with(Map.of(), null, ResponseFormat.JSON_OBJECT)));
    keys.add(
        key(
            "r",
            "Hi",
            new SamplingParams(
                0, 1, 0, 0, null, 0, 0, 1, false, Map.of(), null, ResponseFormat.TEXT, 2)));
    assertThat(keys).hasSize(8);
    assertThat(key("r-1", "Hi", with(Map.of(7, 1.0, 8, 2.0), null, ResponseFormat.TEXT)))
        .isEqualTo(key("r-2", "Hi", with(Map.of(8, 2.0, 7, 1.0), null, ResponseFormat.TEXT)));
  }

  private static SamplingParams with(
      Map<Integer, Double> bias, Integer topLogprobs, ResponseFormat format) {
    return new SamplingParams(0, 1, 0, 0, null, 0, 0, 1, false, bias, topLogprobs, format, 1);
  }

  @Test
  void aTextCanNotSlipIntoTheNextField() {
    assertThat(messages("ab", "c")).isNotEqualTo(messages("a", "bc"));
  }

  private static String messages(String first, String second) {
    return SessionKeys.of(
        request(
            "r",
            List.of(new Message(Role.USER, first), new Message(Role.USER, second)),
            null,
            SamplingParams.GREEDY));
  }

  private static String key(String requestId, String prompt, SamplingParams sampling) {
    return SessionKeys.of(request(requestId, null, prompt, sampling));
  }

  private static Request request(
      String requestId, List<Message> messages, String prompt, SamplingParams sampling) {
    return new Request(
        RequestType.GENERATE,
        requestId,
        null,
        messages,
        prompt,
        null,
        null,
        sampling,
        List.of(),
        true,
        null,
        0,
        null,
        null,
        null,
        0);
  }
}
