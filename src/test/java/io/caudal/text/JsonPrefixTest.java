package io.caudal.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullUnmarked
class JsonPrefixTest {
  private static final ObjectMapper JACKSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        " \n{ \"a\" : 1 } ",
        "{\"a\":[],\"b\":[[{}],{\"c\":null}],\"d\":true,\"e\":false}",
        "{\"n\":[0,-0,10,-1.5,0.25,1e9,2E+3,3.5e-07]}",
        "{\"s\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\\ud7ff\\uE000\"}",
        "{\"é\":\"日本 😀 \u007f\"}"
      })
  void takesObjectsByteByByte(String text) {
    JsonPrefix prefix = new JsonPrefix();
    byte[] bytes = text.strip().getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      assertThat(prefix.isComplete()).isFalse();
      assertThat(prefix.accept(new byte[] {bytes[i]})).as("byte %d of %s", i, text).isTrue();
    }
    assertThat(prefix.isComplete()).isTrue();
    assertThat(takes(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[",
        "\"",
        "1",
        "x",
        "}",
        "{]",
        "{,",
        "{1",
        "{\"a\"}",
        "{\"a\",",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\":[1,]",
        "{\"a\":[1}",
        "{\"a\":01",
        "{\"a\":-}",
        "{\"a\":1.}",
        "{\"a\":.5",
        "{\"a\":+1",
        "{\"a\":1e}",
        "{\"a\":1.e",
        "{\"a\":1e5e",
        "{\"a\":0x",
        "{\"a\":tru}",
        "{\"a\":nul1",
        "{\"a\":True",
        "{\"a\":\"\n",
        "{\"a\":\"\\x",
        "{\"a\":\"\\uDE",
        "{\"a\":\"\\uD83D\"",
        "{\"a\":\"\\uD83Dx",
        "{\"a\":\"\\uD83D\\n",
        "{\"a\":\"\\uD83D\\uD8",
        "{\"a\":\"\\uD83D\\u0",
        "{\"a\":\"\\u12g",
        "{'a'",
        "{\"a\":1 2",
        "{} x",
        "{}{",
        "{\"a\"::",
        "\uFEFF{"
      })
  void refusesWhatCanNotBecomeAnObject(String text) {
    assertThat(takes(text)).isFalse();
    assertThat(new JsonPrefix().allows(text.getBytes(StandardCharsets.UTF_8))).isFalse();
  }

  @Test
  void refusesBytesThatAreNotUtf8() {
    int[][] bad = {
      {0x80},
      {0xC0, 0x80},
      {0xC1, 0xBF},
      {0xE0, 0x9F},
      {0xED, 0xA0},
      {0xF0, 0x8F},
      {0xF4, 0x90},
      {0xF5},
      {0xFF},
      {0xC3, '"'},
      {0xE2, 0x82, 'a'}
    };
    for (int[] bytes : bad) {
      JsonPrefix prefix = new JsonPrefix();
      assertThat(prefix.accept("{\"".getBytes(StandardCharsets.UTF_8))).isTrue();
      byte[] narrow = new byte[bytes.length];
      for (int i = 0; i < bytes.length; i++) {
        narrow[i] = (byte) bytes[i];
      }
      assertThat(prefix.allows(narrow)).as("%x", bytes[0]).isFalse();
    }
  }

  @Test
  void endlessNestingAndSpaceAreCutOff() {
    String most = "{\"a\":" + "[".repeat(JsonPrefix.MAX_DEPTH - 1);
    assertThat(takes(most)).isTrue();
    assertThat(takes(most + "[")).isFalse();
    assertThat(takes(most + "{")).isFalse();
    assertThat(takes("  {")).isTrue();
    assertThat(takes("   ")).isFalse();
    assertThat(takes("{" + " ".repeat(JsonPrefix.MAX_SPACE) + "}")).isTrue();
    assertThat(takes("{" + " ".repeat(JsonPrefix.MAX_SPACE + 1))).isFalse();
    assertThat(takes("{\"" + " ".repeat(1000) + "\":1}")).isTrue();
  }

  @Test
  void tryingTakesNothing() {
    JsonPrefix prefix = new JsonPrefix();
    assertThat(prefix.accept("{\"a\":[".getBytes(StandardCharsets.UTF_8))).isTrue();
    assertThat(prefix.allows("{\"b\":\"é".getBytes(StandardCharsets.UTF_8))).isTrue();
    assertThat(prefix.allows("}".getBytes(StandardCharsets.UTF_8))).isFalse();
    assertThat(prefix.accept("]}".getBytes(StandardCharsets.UTF_8))).isTrue();
    assertThat(prefix.isComplete()).isTrue();
  }

  @Property(tries = 300)
  void everyPrefixOfAnObjectIsTaken(@ForAll("objects") Map<String, Object> object)
      throws JsonProcessingException {
    JsonPrefix prefix = new JsonPrefix();
    for (byte one : JACKSON.writeValueAsBytes(object)) {
      assertThat(prefix.isComplete()).isFalse();
      assertThat(prefix.accept(new byte[] {one})).isTrue();
    }
    assertThat(prefix.isComplete()).isTrue();
  }

  @Property(tries = 2000)
  void whatIsCompleteIsAnObjectToJacksonToo(
      @ForAll("objects") Map<String, Object> object, @ForAll int at, @ForAll("parts") String part)
      throws IOException {
    byte[] bytes = JACKSON.writeValueAsBytes(object);
    int cut = Math.floorMod(at, bytes.length);
    byte[] more = part.getBytes(StandardCharsets.ISO_8859_1);
    byte[] changed = new byte[bytes.length + more.length];
    System.arraycopy(bytes, 0, changed, 0, cut);
    System.arraycopy(more, 0, changed, cut, more.length);
    System.arraycopy(bytes, cut, changed, cut + more.length, bytes.length - cut);
    JsonPrefix prefix = new JsonPrefix();
    boolean complete = prefix.accept(changed) && prefix.isComplete();
    if (complete) {
      assertThat(JACKSON.readTree(changed)).isInstanceOf(ObjectNode.class);
    } else {
      assertThat(isAsciiObject(changed)).as(new String(changed, StandardCharsets.UTF_8)).isFalse();
    }
  }

  /** Jackson takes some bytes that are not UTF-8. */
  private static boolean isAsciiObject(byte[] bytes) {
    for (byte one : bytes) {
      if (one < 0) {
        return false;
      }
    }
    try {
      return JACKSON.readTree(bytes) instanceof ObjectNode;
    } catch (IOException e) {
      return false;
    }
  }

  @Provide
  Arbitrary<String> parts() {
    return Arbitraries.of(
        "",
        "{",
        "}",
        "[",
        "]",
        "\"",
        ",",
        ":",
        "\\",
        "1",
        "0",
        "-",
        ".",
        "e",
        "true",
        " ",
        "\n",
        "\u00e9",
        "\u00c3\u00a9",
        "\\u12",
        ",\"k\":1",
        "\u0001");
  }

  @Provide
  Arbitrary<Map<String, Object>> objects() {
    Arbitrary<String> texts = Arbitraries.of("", "a", "é\n", "\"\\", "😀", "\u0001b");
    Arbitrary<Object> leaves =
        Arbitraries.of(List.of(1, -20, 0, 0.5, 1e30, -2.5e-9, true, false, "x\ty", ""));
    Arbitrary<Object> lists = leaves.list().ofMaxSize(3).map(list -> list);
    Arbitrary<Object> maps =
        Combinators.combine(texts, Arbitraries.oneOf(leaves, lists)).as((k, v) -> Map.of(k, v));
    return Arbitraries.maps(texts, Arbitraries.oneOf(leaves, lists, maps))
        .ofMaxSize(4)
        .map(HashMap::new);
  }

  private static boolean takes(String text) {
    return new JsonPrefix().accept(text.getBytes(StandardCharsets.UTF_8));
  }
}
