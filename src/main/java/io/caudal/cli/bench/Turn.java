package io.caudal.cli.bench;

/**
 * One request of the plan.
 *
 * @param session counts sessions from 0
 * @param round counts a session's turns from 0
 * @param first whether nothing of the session was asked before, so that system prompt and history
 *     come with it
 * @param atNanos intended start, after the start of the run
 * @param historyTokens of its session, with the first turn
 */
record Turn(
    int session,
    int round,
    boolean first,
    long atNanos,
    int systemTokens,
    int historyTokens,
    int questionTokens,
    int answerTokens) {}
