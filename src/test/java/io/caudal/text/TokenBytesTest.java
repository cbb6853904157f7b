package io.caudal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A token's bytes against the tokenizer's own decoding, for a tokenizer of each kind. */
class TokenBytesTest {
  private static final Path STORIES =
      Path.of(System.getProperty("caudal.shared", "../shared"), "models", "stories260K");

  @Test
  void byte_level_tokens_spell_what_they_decode_to() {
    everyTokenSpellsItsText(Models.demo().tokenizer());
  }

  @Test
  void sentencepiece_tokens_spell_what_they_decode_to() {
    everyTokenSpellsItsText(ModelText.load(STORIES).tokenizer());
  }

  @Test
  void an_id_without_a_token_has_no_bytes() {
    Tokenizer tokenizer = Models.demo().tokenizer();
    assertThat(tokenizer.bytes(tokenizer.vocabularySize())).isNull();
    assertThat(tokenizer.isSpecial(tokenizer.vocabularySize())).isFalse();
  }

  private static void everyTokenSpellsItsText(Tokenizer tokenizer) {
    int before = tokenizer.encode("a", false)[0];
    int whole = 0;
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      byte[] bytes = Objects.requireNonNull(tokenizer.bytes(id));
      String both = tokenizer.decode(new int[] {before, id}, 0, 2);
      String added = both.substring(tokenizer.decode(new int[] {before}, 0, 1).length());
      if (tokenizer.isSpecial(id)) {
        assertThat(added).as("id %d", id).isEmpty();
      } else if (!added.contains("\uFFFD")) {
        assertThat(new String(bytes, StandardCharsets.UTF_8)).as("id %d", id).isEqualTo(added);
        whole++;
      }
    }
    assertThat(whole).isGreaterThan(tokenizer.vocabularySize() / 2);
  }
}
