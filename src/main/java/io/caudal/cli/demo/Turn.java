package io.caudal.cli.demo;

import org.jspecify.annotations.Nullable;

/**
 * What a user says.
 *
 * @param fact what a right answer contains, when the turn asks for something told before; else null
 */
record Turn(String text, @Nullable String fact) {

  static Turn say(String text) {
    return new Turn(text, null);
  }

  static Turn recall(String text, String fact) {
    return new Turn(text, fact);
  }
}
