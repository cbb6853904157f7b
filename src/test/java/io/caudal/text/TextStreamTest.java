package io.caudal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TextStreamTest {
  private static final Tokenizer TOKENIZER = Models.demo().tokenizer();

  @Test
  void aCharacterOfSeveralTokensComesWhole() {
    int[] ids = TOKENIZER.encode("é😀漢字!", false);
    TextStream stream = stream(List.of());
    StringBuilder shown = new StringBuilder();
    for (int id : ids) {
      String piece = stream.accept(id);
      assertThat(piece).doesNotContain("\uFFFD");
      shown.append(piece);
    }
    assertThat(ids.length).isGreaterThan(5);
    assertThat(shown + stream.flush()).isEqualTo("é😀漢字!");
  }

  @Test
  void halfACharacterAtTheEndComesOutAsReplacement() {
    int[] ids = TOKENIZER.encode("ok 😀", false);
    TextStream stream = stream(List.of());
    for (int i = 0; i < ids.length - 1; i++) {
      stream.accept(ids[i]);
    }
    assertThat(stream.text()).isEqualTo("ok ");
    assertThat(stream.flush()).isEqualTo("\uFFFD");
    assertThat(stream.text()).isEqualTo("ok \uFFFD");
  }

  @Test
  void aStopTextOverTokenBordersEndsTheText() {
    TextStream stream = stream(List.of("name is"));
    for (int id : TOKENIZER.encode("I know your name is Zorvek.", false)) {
      stream.accept(id);
    }
    assertThat(stream.stopped()).isTrue();
    assertThat(stream.flush()).isEmpty();
    assertThat(stream.text()).isEqualTo("I know your ");
  }

  @Test
  void whatIsHeldBackComesAtTheEnd() {
    TextStream stream = stream(List.of("your names"));
    for (int id : TOKENIZER.encode("I know your name", false)) {
      stream.accept(id);
    }
    assertThat(stream.text()).isEqualTo("I know ");
    assertThat(stream.flush()).isEqualTo("your name");
    assertThat(stream.stopped()).isFalse();
  }

  @Property(tries = 300)
  void aTextsTokensGiveTheText(@ForAll("texts") String text) {
    int[] ids = TOKENIZER.encode(text, false);
    TextStream stream = stream(List.of());
    StringBuilder shown = new StringBuilder();
    for (int id : ids) {
      shown.append(stream.accept(id));
    }
    shown.append(stream.flush());
    assertThat(shown.toString())
        .isEqualTo(stream.text())
        .isEqualTo(TOKENIZER.decode(ids, 0, ids.length))
        .isEqualTo(text);
  }

  @Property(tries = 500)
  void piecesAddUpForAnyTokensAndStops(@ForAll long seed) {
    Random random = new Random(seed);
    int[] ids = random.ints(random.nextInt(60), 0, TOKENIZER.vocabularySize()).toArray();
    String whole = text(ids, List.of());
    List<String> stops = new ArrayList<>();
    for (int n = random.nextInt(4); n > 0 && whole.length() > 8; n--) {
      int at = random.nextInt(whole.length() - 6);
      stops.add(whole.substring(at, at + 1 + random.nextInt(5)));
    }
    stops.removeIf(stop -> Character.isSurrogate(stop.charAt(0)));
    String shown = text(ids, stops);
    StopMatcher atOnce = new StopMatcher(stops);
    assertThat(shown).isEqualTo(atOnce.accept(whole) + atOnce.flush());
    assertThat(text(ids, stops)).as("an earlier attempt's tokens again").isEqualTo(shown);
  }

  @Property(tries = 200)
  void nonsenseKeepsNoTokenWaitingForLong(@ForAll long seed) {
    Random random = new Random(seed);
    // Ends of a character without its beginning.
    int[] halves = TOKENIZER.encode("漢", false);
    TextStream stream = stream(List.of());
    for (int i = 0; i < 200; i++) {
      stream.accept(halves[halves.length > 1 ? 1 + random.nextInt(halves.length - 1) : 0]);
    }
    assertThat(stream.text().length()).isGreaterThan(100);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(
            " ",
            "Hello",
            "\n",
            "é",
            "😀",
            "漢字",
            "👩‍👩‍👧",
            "\u0000",
            "\uFFFD",
            "<b>",
            "1234",
            "mañana",
            "\t\t",
            "'s",
            "a\u0301")
        .list()
        .ofMaxSize(20)
        .map(parts -> String.join("", parts));
  }

  private static String text(int[] ids, List<String> stops) {
    TextStream stream = stream(stops);
    StringBuilder shown = new StringBuilder();
    for (int id : ids) {
      shown.append(stream.accept(id));
    }
    shown.append(stream.flush());
    assertThat(stream.text()).isEqualTo(shown.toString());
    return shown.toString();
  }

  private static TextStream stream(List<String> stops) {
    return new TextStream(TOKENIZER, stops, new int[0]);
  }
}
