package io.caudal.chaos;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a session says, turn by turn: facts, long answers, long prompts, and facts asked back.
 *
 * @param patient whether each turn waits for the answer to the one before, else all are sent at
 *     once
 */
record Script(String name, boolean patient, List<Said> turns) {

  /**
   * @param exactTokens length of the answer; 0 to let the model end it
   */
  record Said(String text, int exactTokens) {}

  /** An answer that takes long enough to be stopped in its midst. */
  static final Said LONG = new Said("Tell me a story about a mouse and a moon.", 300);

  private static final List<String> NAMES = List.of("Zorvek", "Brunildo", "Lucia", "Tazzle");
  private static final List<String> TOPICS =
      List.of("a robot", "a fox and a lamp", "a dragon and a key", "a wizard and a bell");

  /** All that are ever played; from the first turn on no two say the same. */
  static List<Script> all() {
    return Stream.concat(
            IntStream.range(0, 16).mapToObj(Script::numbered),
            Stream.of(new Script("long", true, List.of(LONG))))
        .toList();
  }

  private static Script numbered(int number) {
    String name = NAMES.get(number % NAMES.size());
    int kind = number % (2 * TOPICS.size());
    String topic = TOPICS.get(kind / 2);
    return new Script(
        "script-" + number,
        number % 4 != 3,
        List.of(
            new Said("My name is " + name + ". My meeting is at 15:" + (10 + number) + ".", 0),
            new Said("Tell me a story about " + topic + ".", 60 + 20 * kind),
            new Said(longText(kind) + " How are you?", 8),
            new Said("What is my name?", 0),
            new Said("Tell me a story about " + topic + ".", 40)));
  }

  /** A prompt of some hundred tokens. */
  private static String longText(int kind) {
    return ("My dog is called Brimbo. My meeting is at 14:4" + kind + ". Thank you! ")
        .repeat(6 + kind);
  }
}
