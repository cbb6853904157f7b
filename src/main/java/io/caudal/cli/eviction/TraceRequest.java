package io.caudal.cli.eviction;

/**
 * A request of a trace.
 *
 * @param millis when it came
 * @param fullBlocks how many of its blocks are full: all, or all but the last
 * @param outputTokens tokens that it generated
 * @param blocks the trace's numbers of its blocks, first to last; a number stands for the whole
 *     prefix up to the block's end, so a block follows the same blocks in every request
 */
record TraceRequest(long millis, int fullBlocks, int outputTokens, int[] blocks) {}
