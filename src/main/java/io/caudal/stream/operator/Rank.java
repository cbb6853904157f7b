package io.caudal.stream.operator;

/**
 * Which inputs come first when there is no room for all.
 *
 * @param priority higher goes first
 * @param group among equals, the group that has the fewest inputs at hand goes first
 */
public record Rank(int priority, String group) {

  /** The rank of inputs between which nothing decides but who came first. */
  public static final Rank NONE = new Rank(0, "");
}
