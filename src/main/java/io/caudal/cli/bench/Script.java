package io.caudal.cli.bench;

import io.caudal.text.ModelText;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The texts of a load: common words in random order, about as many tokens as wanted. */
final class Script {
  private static final String[] WORDS =
      ("time year people way day man thing woman life child world school state family student group"
              + " country problem hand part place case week company system program question work"
              + " government number night point home water room mother area money story fact month"
              + " lot right study book eye job word business issue side kind head house service"
              + " friend father power hour game line end member law car city community name")
          .split(" ");
  private static final int SAMPLE_WORDS = 1000;

  private final long seed;
  private final double tokensPerWord;

  /**
   * @param model whose tokens are meant
   */
  Script(ModelText model, long seed) {
    this.seed = seed;
    int tokens = model.tokenizer().encode(words(SAMPLE_WORDS, 0), false).length;
    this.tokensPerWord = Math.max(1, tokens) / (double) SAMPLE_WORDS;
  }

  /** What a turn says: the same for the same seed, session and round. */
  String text(Turn turn) {
    String question = text(turn.questionTokens(), 3L * turn.session() + 1, turn.round());
    if (!turn.first()) {
      return question;
    }
    String system = text(turn.systemTokens(), 0, 0);
    String history = text(turn.historyTokens(), 3L * turn.session() + 2, 0);
    return (system + " " + history + " " + question).strip();
  }

  private String text(int tokens, long what, int round) {
    long mixed = (seed * 1_000_003 + what) * 1_000_003 + round;
    return words((int) Math.round(tokens / tokensPerWord), mixed);
  }

  private static String words(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return IntStream.range(0, count)
        .mapToObj(i -> WORDS[random.nextInt(WORDS.length)])
        .collect(Collectors.joining(" "));
  }
}
