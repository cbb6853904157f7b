package io.caudal.engine;

import io.caudal.kv.KvBlock;
import io.caudal.protocol.Failure;
import io.caudal.protocol.FinishReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a generation ended.
 *
 * @param output ids generated over all attempts, the end token left out
 * @param text the answer, stop text cut off
 * @param failure set if and only if the reason is {@link FinishReason#ERROR}
 * @param cachedTokens prompt tokens whose KV was there before the first step
 * @param newBlocks KV from {@code storedTokens} (rounded down to a block) to the last token that
 *     has any; empty after a failure
 * @param queueNanos submission until the first step was planned
 * @param prefillNanos first step until the first token
 * @param decodeNanos first token until the last
 * @param firstTokenMillis epoch milliseconds of the first token; 0 if there was none
 */
public record GenerationOutcome(
    int[] output,
    String text,
    FinishReason reason,
    @Nullable Failure failure,
    int cachedTokens,
    List<KvBlock> newBlocks,
    long queueNanos,
    long prefillNanos,
    long decodeNanos,
    long firstTokenMillis) {}
