package io.caudal.stream.inference;

import com.dynatrace.hash4j.hashing.Hashing;
import io.caudal.engine.Generation;
import io.caudal.protocol.Request;

/** Makes the engine's {@link Generation} of a {@link Request}. */
final class Generations {
  private static final String DEFAULT_TENANT = "default";

  private Generations() {}

  /**
   * @param context history, prompt, then what an earlier attempt generated
   * @param generated how many of the last tokens that is
   * @param stored tokens whose KV is in state
   * @param choice which of the request's answers it is
   */
  static Generation of(
      Request request, int[] context, int generated, int stored, int maxNewTokens, int choice) {
    Long seed = request.sampling().seed();
    return new Generation(
        request.requestId(),
        request.sessionId(),
        context,
        generated,
        stored,
        request.sampling(),
        (seed == null ? seedOf(request) : seed) + choice,
        request.stop(),
        maxNewTokens,
        request.priority(),
        tenant(request),
        request.deadlineMillis() == null ? Long.MAX_VALUE : request.deadlineMillis());
  }

  /** Whose request it is; requests that don't say are one tenant's. */
  static String tenant(Request request) {
    return request.tenant() == null ? DEFAULT_TENANT : request.tenant();
  }

  /** A replay of the same request must draw the same tokens. */
  private static long seedOf(Request request) {
    return Hashing.xxh3_64().hashCharsToLong(request.requestId());
  }
}
