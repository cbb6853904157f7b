package io.caudal.cli.bench;

/**
 * A load that can be made again: the same one gives the same plan and the same texts.
 *
 * @param name the preset's
 * @param durationSeconds no request is intended to start later, and sessions are replaced until
 *     then; 0 to end with the shape's sessions
 * @param warmup requests that are answered before the start and not counted
 */
public record Load(
    String name, Shape shape, Arrivals arrivals, int durationSeconds, long seed, int warmup) {

  /**
   * @throws IllegalArgumentException if nothing would end the plan
   */
  public Load {
    if (durationSeconds > 0 && shape.rate() == 0) {
      throw new IllegalArgumentException("a duration needs a rate; without one, sessions end it");
    }
  }
}
