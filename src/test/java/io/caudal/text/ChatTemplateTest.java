package io.caudal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.Message;
import io.caudal.protocol.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {
  private static final Path FOLDER = Path.of("src/test/resources/golden/templates");
  private static final long NOW = 1_767_614_400_000L; // 2026-01-05T12:00Z
  private static final List<Message> HI = List.of(new Message(Role.USER, "Hi"));

  @ParameterizedTest(name = "{0} {1} generation prompt {2}")
  @MethodSource("renders")
  void rendersAsJinjaDoes(String file, String conversation, boolean generation, JsonNode golden)
      throws IOException {
    ChatTemplate template = template(Files.readString(FOLDER.resolve(file)));
    List<Message> messages = messages(golden.get("messages"));
    if (golden.has("text")) {
      assertThat(template.render(messages, generation, NOW))
          .isEqualTo(golden.get("text").textValue());
    } else {
      assertThatThrownBy(() -> template.render(messages, generation, NOW))
          .isInstanceOf(CaudalException.class)
          .hasMessage("the model's chat template failed: " + golden.get("error").textValue())
          .extracting(e -> ((CaudalException) e).code())
          .isEqualTo(ErrorCode.CHAT_TEMPLATE_FAILED);
    }
  }

  static Stream<Arguments> renders() throws IOException {
    JsonNode renders = new ObjectMapper().readTree(FOLDER.resolve("renders.json").toFile());
    return StreamSupport.stream(renders.spliterator(), false)
        .map(
            golden ->
                Arguments.of(
                    golden.get("template").textValue(),
                    golden.get("conversation").textValue(),
                    golden.get("generation_prompt").booleanValue(),
                    golden));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ messages[0].content.getClass() }}",
        "{{ messages[0].content.class }}",
        "{{ messages.getClass().forName('java.lang.Runtime') }}",
        "{{ ''.getClass().getClassLoader() }}",
        "{% include 'file:///etc/hostname' %}",
        "{% import 'x' as y %}",
        "{{ messages[0].content.getBytes() }}",
        "{{ messages[0].content.repeat(1000) }}",
        "{% for i in range(1000000000) %}x{% endfor %}",
      })
  void aTemplateReachesTheMessagesOnly(String source) {
    String shown;
    try {
      shown = template(source).render(HI, true, NOW);
    } catch (CaudalException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.CHAT_TEMPLATE_FAILED);
      return;
    }
    assertThat(shown).doesNotContain("java").hasSizeLessThan(200_000);
  }

  @Test
  void aMistakeInATemplateNamesItsLine() {
    assertThatThrownBy(() -> template("a\n{{ foo( }}").render(HI, true, NOW))
        .isInstanceOf(CaudalException.class)
        .hasMessageStartingWith("the model's chat template failed: line 2");
    assertThatThrownBy(() -> template("{{ nothing_known('x') }}").render(HI, true, NOW))
        .isInstanceOf(CaudalException.class)
        .hasMessageContaining("nothing_known");
  }

  @Test
  void aLoopWithAConditionIsRefusedWhenTheTemplateIsRead() {
    assertThatThrownBy(() -> template("{%- for m in messages if m.role == 'user' %}{% endfor %}"))
        .isInstanceOf(CaudalException.class)
        .hasMessageContaining("a loop with a condition");
    template("{% for m in (messages if messages else []) %}{% endfor %}");
  }

  @Test
  void whatAMessageSaysIsNeverATemplate() {
    Message evil = new Message(Role.USER, "{{ raise_exception('x') }}{% raw %}'\"\\n{# #}");
    assertThat(template("{{ messages[0].content }}").render(List.of(evil), true, NOW))
        .isEqualTo(evil.content());
  }

  @Property(tries = 300)
  void aMessageComesOutAsItIs(@ForAll String content) {
    ChatTemplate template = template("{{ '[' + messages[0]['content'] + ']' }}");
    assertThat(template.render(List.of(new Message(Role.USER, content)), true, NOW))
        .isEqualTo("[" + content + "]");
  }

  private static ChatTemplate template(String source) {
    return new ChatTemplate(source, Map.of("bos_token", "<s>", "eos_token", "</s>"));
  }

  private static List<Message> messages(JsonNode pairs) {
    List<Message> messages = new ArrayList<>();
    for (JsonNode pair : pairs) {
      Role role = Role.valueOf(pair.get(0).textValue().toUpperCase(Locale.ROOT));
      messages.add(new Message(role, pair.get(1).textValue()));
    }
    return messages;
  }
}
