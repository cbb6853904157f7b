package io.caudal.metrics;

import io.caudal.metrics.HeavyKeys.Heavy;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which sessions and tenants of a subtask take most, since it started. Task thread only. */
public final class Tops {
  /** Tokens computed and generated, by session. */
  public static final String SESSION_TOKENS = "session_tokens";

  /** KV in state at the end of a session's last turn, in bytes before encoding. A level. */
  public static final String SESSION_KV_BYTES = "session_kv_bytes";

  /** Tokens computed and generated, by tenant. */
  public static final String TENANT_TOKENS = "tenant_tokens";

  /** KV written to state, in bytes before encoding, by tenant. */
  public static final String TENANT_KV_BYTES = "tenant_kv_bytes";

  /** Names on the wire. */
  public static final List<String> NAMES =
      List.of(SESSION_TOKENS, SESSION_KV_BYTES, TENANT_TOKENS, TENANT_KV_BYTES);

  private static final int CAPACITY = 64;
  private static final int TOLD = 10;

  private final HeavyKeys sessionTokens = new HeavyKeys(CAPACITY);
  private final LargestKeys sessionKv = new LargestKeys(CAPACITY);
  private final HeavyKeys tenantTokens = new HeavyKeys(CAPACITY);
  private final HeavyKeys tenantKv = new HeavyKeys(CAPACITY);

  /** Tokens were computed or generated for a request. */
  public void tokens(String session, String tenant, long tokens) {
    sessionTokens.add(session, tokens);
    tenantTokens.add(tenant, tokens);
  }

  /** A session has so much KV in state now, of which this turn has written some. */
  public void kv(String session, String tenant, long bytes, long written) {
    sessionKv.set(session, bytes);
    tenantKv.add(tenant, written);
  }

  /** The session is forgotten. */
  public void ended(String session) {
    sessionKv.remove(session);
  }

  /** The largest of each, by wire name. */
  public Map<String, List<Heavy>> told() {
    Map<String, List<Heavy>> told = new TreeMap<>();
    told.put(SESSION_TOKENS, sessionTokens.top(TOLD));
    told.put(SESSION_KV_BYTES, sessionKv.top(TOLD));
    told.put(TENANT_TOKENS, tenantTokens.top(TOLD));
    told.put(TENANT_KV_BYTES, tenantKv.top(TOLD));
    told.values().removeIf(List::isEmpty);
    return told;
  }
}
