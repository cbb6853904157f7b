package io.caudal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.Message;
import io.caudal.protocol.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullUnmarked
class ModelTextTest {
  @TempDir Path folder;

  @Test
  void theBundledModelLoads() {
    Tokenizer tokenizer = Models.demo().tokenizer();
    assertThat(tokenizer.vocabularySize()).isEqualTo(1024);
    int[] ids = tokenizer.encode("<|im_start|>user\nHi 😀", true);
    assertThat(ids[0]).isEqualTo(1);
    assertThat(tokenizer.decode(ids, 0, ids.length)).isEqualTo("user\nHi 😀");
    assertThat(tokenizer.decode(ids, 0, 0)).isEmpty();
  }

  @Test
  void longTextsAreNotCut() {
    int[] ids = Models.demo().tokenizer().encode("word ".repeat(10_000), false);
    assertThat(ids.length).isGreaterThan(9_999);
  }

  @Test
  void anyThreadMayEncodeAndDecode() throws Exception {
    Tokenizer tokenizer = Models.demo().tokenizer();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<String>> decoded = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        String text = "Number " + i + " is ñ 😀";
        decoded.add(
            threads.submit(
                () -> {
                  int[] ids = tokenizer.encode(text, false);
                  return tokenizer.decode(ids, 0, ids.length);
                }));
      }
      for (int i = 0; i < decoded.size(); i++) {
        assertThat(decoded.get(i).get()).isEqualTo("Number " + i + " is ñ 😀");
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aFolderThatIsNoneOrHasNoTokenizerIsNotFound() {
    assertFails(folder.resolve("none"), ErrorCode.MODEL_NOT_FOUND, "is not a folder");
    assertFails(folder, ErrorCode.MODEL_NOT_FOUND, "no tokenizer.json in");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{}", "{\"model\":{\"type\":\"X\",\"vocab\":{\"a\":0}}}", "[]"})
  void aTokenizerThatCanNotBeReadIsDamaged(String json) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), json);
    assertFails(folder, ErrorCode.MODEL_DAMAGED, "tokenizer.json");
  }

  @Test
  void aDamagedConfigurationIsDamaged() throws IOException {
    copyTokenizer();
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"chat_template\":");
    assertFails(folder, ErrorCode.MODEL_DAMAGED, "tokenizer_config.json");
  }

  @Test
  void theTemplateMayBeOneOfSeveralOrAFileOrMissing() throws IOException {
    copyTokenizer();
    assertThat(ModelText.load(folder).prompts().takesMessages()).isFalse();
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"bos_token\":{\"content\":\"<s>\"},\"chat_template\":["
            + "{\"name\":\"tool_use\",\"template\":\"no\"},"
            + "{\"name\":\"default\",\"template\":\"{{ bos_token }}list\"}]}");
    assertThat(first()).isEqualTo("<s>list");
    Files.writeString(folder.resolve("chat_template.jinja"), "{{ bos_token }}file\n");
    assertThat(first()).isEqualTo("<s>file");
  }

  private String first() {
    ModelText text = ModelText.load(folder);
    int[] ids = text.prompts().first(List.of(new Message(Role.USER, "Hi")), 0);
    return text.tokenizer().decode(ids, 0, ids.length);
  }

  private void copyTokenizer() throws IOException {
    Files.copy(Models.DEMO.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
  }

  private static void assertFails(Path folder, ErrorCode code, String message) {
    assertThatThrownBy(() -> ModelText.load(folder))
        .isInstanceOf(CaudalException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((CaudalException) e).code())
        .isEqualTo(code);
  }
}
