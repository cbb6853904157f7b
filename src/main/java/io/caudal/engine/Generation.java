package io.caudal.engine;

import io.caudal.protocol.SamplingParams;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request as the engine takes it: token ids and all that is known of their KV.
 *
 * @param sessionId whose KV may stay on the device after the answer; null for none
 * @param context the session's history, the new turn, then what an earlier attempt generated
 * @param generatedTokens how many of the context's last tokens an earlier attempt generated
 * @param storedTokens tokens of the context, from its start, whose KV is safe in the session's
 *     state, or isn't wanted there; only what comes after is exported at the end
 * @param seed with the position, all that sampling depends on
 * @param maxNewTokens most tokens to generate over all attempts
 * @param priority higher is planned first
 * @param tenant whose request it is; tenants share by tokens
 * @param deadlineMillis epoch milliseconds; {@link Long#MAX_VALUE} for none
 * @param owner session that uses its KV off the heap; null for everybody
 */
public record Generation(
    String requestId,
    @Nullable String sessionId,
    int[] context,
    int generatedTokens,
    int storedTokens,
    SamplingParams sampling,
    long seed,
    List<String> stop,
    int maxNewTokens,
    int priority,
    String tenant,
    long deadlineMillis,
    @Nullable String owner) {

  /** Of a session that owns what it computes, or of none. */
  public Generation(
      String requestId,
      @Nullable String sessionId,
      int[] context,
      int generatedTokens,
      int storedTokens,
      SamplingParams sampling,
      long seed,
      List<String> stop,
      int maxNewTokens,
      int priority,
      String tenant,
      long deadlineMillis) {
    this(
        requestId,
        sessionId,
        context,
        generatedTokens,
        storedTokens,
        sampling,
        seed,
        stop,
        maxNewTokens,
        priority,
        tenant,
        deadlineMillis,
        sessionId);
  }

  /** Tokens of the prompt: history and new turn. */
  public int promptTokens() {
    return context.length - generatedTokens;
  }
}
