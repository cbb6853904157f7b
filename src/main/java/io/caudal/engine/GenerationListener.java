package io.caudal.engine;

import io.caudal.error.CaudalException;

/** Hears of one generation, on the engine's thread: hand over and return at once. */
public interface GenerationListener {

  /**
   * How likely the token was that comes next, before anybody can see it; only where the request
   * asks for log probabilities.
   */
  default void onScores(TokenScores scores) {}

  /** A token was generated, the end token excepted; before any text that it completes. */
  default void onToken(int id) {}

  /** Text that is safe to show: never half a character, never the start of a stop text. */
  void onText(String text);

  /** The generation ended, answered or with a failure of its own. Nothing follows. */
  void onFinish(GenerationOutcome outcome);

  /** The engine broke; no fault of the request, which can be tried on another. Nothing follows. */
  void onEngineFailure(CaudalException failure);
}
