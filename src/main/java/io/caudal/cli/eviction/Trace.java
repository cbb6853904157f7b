package io.caudal.cli.eviction;

import java.util.List;

/**
 * Requests in order of time.
 *
 * @param blockTokens tokens of a block
 * @param distinct number of different blocks; they are numbered from 0
 */
record Trace(int blockTokens, int distinct, List<TraceRequest> requests) {}
