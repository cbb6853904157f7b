package io.caudal.engine;

import io.caudal.text.Tokenizer;

/** Each id is its number and a space. */
final class NumberTokenizer implements Tokenizer {

  @Override
  public int[] encode(String text, boolean addSpecialTokens) {
    return text.isBlank()
        ? new int[0]
        : java.util.Arrays.stream(text.trim().split(" ", -1)).mapToInt(Integer::parseInt).toArray();
  }

  @Override
  public String decode(int[] ids, int from, int to) {
    StringBuilder text = new StringBuilder();
    for (int i = from; i < to; i++) {
      text.append(ids[i]).append(' ');
    }
    return text.toString();
  }

  @Override
  public int vocabularySize() {
    return FakeRunner.VOCABULARY;
  }
}
