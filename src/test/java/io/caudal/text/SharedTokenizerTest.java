package io.caudal.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** A SentencePiece-style tokenizer with byte fallback, from the shared model folder. */
class SharedTokenizerTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("caudal.shared", "../shared"), "models", "stories260K");

  private final ModelText text = ModelText.load(FOLDER);
  private final JsonNode golden = read();

  @Test
  void encodesAsTheReferenceDoes() {
    for (JsonNode sample : golden.get("tokenizer")) {
      assertThat(text.tokenizer().encode(sample.get("text").textValue(), true))
          .as(sample.get("text").textValue())
          .isEqualTo(ints(sample.get("ids")));
    }
  }

  @Test
  void theStreamedTextContinuesThePrompt() {
    for (JsonNode sample : golden.get("cases")) {
      int[] prompt = ints(sample.get("prompt_ids"));
      TextStream stream = new TextStream(text.tokenizer(), List.of(), prompt);
      StringBuilder shown = new StringBuilder();
      for (int id : ints(sample.get("output_ids"))) {
        shown.append(stream.accept(id));
      }
      shown.append(stream.flush());
      assertThat(shown.toString())
          .as(sample.get("id").textValue())
          .isEqualTo(sample.get("output_text").textValue());
    }
  }

  @Test
  void bytesOfACharacterComeWhole() {
    int[] ids = text.tokenizer().encode("日本 é 😀", false);
    TextStream stream = new TextStream(text.tokenizer(), List.of(), new int[] {1});
    StringBuilder shown = new StringBuilder();
    for (int id : ids) {
      String piece = stream.accept(id);
      assertThat(piece).doesNotContain("\uFFFD");
      shown.append(piece);
    }
    assertThat(shown + stream.flush()).isEqualTo("日本 é 😀");
    TextStream cut = new TextStream(text.tokenizer(), List.of(), new int[0]);
    Arrays.stream(ids).limit(ids.length - 1L).forEach(cut::accept);
    assertThat(cut.text()).isEqualTo("日本 é ");
    assertThat(cut.flush()).matches("\uFFFD+");
  }

  @Test
  void itHasNoChatTemplate() {
    assertThat(text.prompts().takesMessages()).isFalse();
    assertThat(text.prompts().prompt("", true)).containsExactly(1);
  }

  private static JsonNode read() {
    try {
      return new ObjectMapper().readTree(FOLDER.resolve("golden.json").toFile());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static int[] ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::intValue).toArray();
  }
}
