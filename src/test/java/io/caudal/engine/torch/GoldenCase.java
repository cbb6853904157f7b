package io.caudal.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A prompt, the ids that greedy decoding must continue it with, and some of the logits on the way.
 *
 * @param maxTokens stops decoding where no stop id does
 */
record GoldenCase(String name, int[] prompt, int[] output, int maxTokens, List<Top> tops) {

  /** The largest logits of the pass that chose {@code output[step]}. */
  record Top(int step, int[] ids, double[] logits) {}

  static List<Top> tops(JsonNode list, String stepField, int firstStep) {
    List<Top> tops = new ArrayList<>();
    for (JsonNode top : list) {
      tops.add(
          new Top(
              top.get(stepField).intValue() - firstStep,
              ints(top.get("ids")),
              doubles(top.get("logits"))));
    }
    return tops;
  }

  static int[] ints(JsonNode list) {
    return IntStream.range(0, list.size()).map(i -> list.get(i).intValue()).toArray();
  }

  private static double[] doubles(JsonNode list) {
    return IntStream.range(0, list.size()).mapToDouble(i -> list.get(i).doubleValue()).toArray();
  }

  void check(Greedy.Run run) {
    assertThat(run.output()).as("ids of %s", name).isEqualTo(output);
    for (Top top : tops) {
      float[] row = run.logits.get(top.step());
      for (int i = 0; i < top.ids().length; i++) {
        assertThat((double) row[top.ids()[i]])
            .as("%s, step %d, logit of %d", name, top.step(), top.ids()[i])
            .isCloseTo(top.logits()[i], within(1e-3));
      }
    }
  }
}
