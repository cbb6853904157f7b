package io.caudal.stream.operator;

/**
 * Inputs that a subtask has taken in and not finished.
 *
 * @param atHand queued and running
 * @param running of these, those with a call that runs
 * @param aside in state only, until there is room at hand
 */
public record InFlight(int atHand, int running, int aside) {}
