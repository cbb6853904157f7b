package io.caudal.stream.inference;

import io.caudal.engine.host.Engine;
import io.caudal.kv.TokenChain;
import io.caudal.protocol.CacheTier;
import io.caudal.protocol.SessionInfo;
import io.caudal.stream.state.SessionHeader;
import java.util.Arrays;
import java.util.List;

/** Tells of sessions what their headers and the engine know. */
final class SessionInfos {
  /** Hashes of no more blocks are told. */
  private static final int MOST_HASHES = 64;

  private final Engine engine;
  private final SessionExpiry expiry;

  SessionInfos(Engine engine, SessionExpiry expiry) {
    this.engine = engine;
    this.expiry = expiry;
  }

  /**
   * @param busy whether requests of it are queued or running
   */
  SessionInfo of(String session, SessionHeader header, boolean busy) {
    return of(session, header, busy, new int[0]);
  }

  /** As {@link #of(String, SessionHeader, boolean)}, with its first blocks' hashes. */
  SessionInfo of(String session, SessionHeader header, boolean busy, int[] tokens) {
    int blocks = Math.min(MOST_HASHES, tokens.length / engine.blockTokens());
    List<String> chain =
        Arrays.stream(TokenChain.chain(tokens, blocks, engine.blockTokens()))
            .mapToObj(hash -> String.format("%016x", hash))
            .toList();
    return new SessionInfo(
        session,
        header.tenant(),
        header.turns(),
        header.tokens(),
        header.kvTokens(),
        header.kvBytes(),
        tier(session, header),
        busy,
        header.createdMillis(),
        header.lastUsedMillis(),
        header.lastUsedMillis() + expiry.ttlMillis(session),
        header.pinned(),
        chain);
  }

  private String tier(String session, SessionHeader header) {
    if (engine.residentTokens(session) > 0) {
      return CacheTier.DEVICE.label();
    }
    if (engine.copies().hostBlocks(session) > 0) {
      return CacheTier.HOST.label();
    }
    return header.kvTokens() > 0 ? CacheTier.STATE.label() : "none";
  }
}
