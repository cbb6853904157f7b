package io.caudal.engine;

/** Hears of one generation, on the engine's thread: hand over and return at once. */
public interface GenerationListener {

  /** Text that is safe to show: never half a character, never the start of a stop text. */
  void onText(String text);

  /** Called once, last. */
  void onFinish(GenerationOutcome outcome);
}
