package io.caudal.stream.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.engine.TokenScores;
import io.caudal.protocol.FinishReason;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import io.caudal.protocol.Timings;
import io.caudal.protocol.TokenLogprobs;
import io.caudal.protocol.Usage;
import io.caudal.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScoreLogTest {

  @Test
  void an_earlier_attempts_scores_come_first_and_those_not_counted_yet_are_left_out() {
    ScoreLog log = new ScoreLog(List.of(score(1)));
    log.append(score(2));
    log.append(score(3));
    assertThat(log.range(0, 2)).extracting(TokenScores::id).containsExactly(1, 2);
    assertThat(log.told(3, new Letters(1), 700_000))
        .extracting(told -> told.token().token())
        .containsExactly("b", "c", "d");
  }

  @Test
  void a_record_stays_below_the_brokers_limit_whatever_the_tokens_are() {
    for (int length : new int[] {1, 200}) {
      ScoreLog log = new ScoreLog(List.of());
      for (int i = 0; i < 4096; i++) {
        log.append(new TokenScores(i % 26, -1.125f, new int[] {1, 2, 3}, new float[] {-1, -2, -3}));
      }
      List<TokenLogprobs> told = log.told(4096, new Letters(length), 700_000);
      assertThat(told).hasSizeBetween(50, 4095);
      Result result =
          new Result(
              "r",
              null,
              0,
              1,
              "",
              FinishReason.STOP,
              null,
              Usage.NONE,
              Timings.NONE,
              "m",
              0,
              false,
              told,
              null);
      assertThat(ResultJson.write(result)).hasSizeLessThan(720_000);
    }
  }

  private static TokenScores score(int id) {
    return new TokenScores(id, -1, new int[0], new float[0]);
  }

  /** Tokens are letters, repeated. */
  private record Letters(int length) implements Tokenizer {
    @Override
    public int[] encode(String text, boolean addSpecialTokens) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String decode(int[] ids, int from, int to) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int vocabularySize() {
      return 26;
    }

    @Override
    public byte[] bytes(int id) {
      byte[] bytes = new byte[length];
      Arrays.fill(bytes, (byte) ('a' + id));
      return bytes;
    }
  }
}
