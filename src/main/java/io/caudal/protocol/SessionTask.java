package io.caudal.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link Request} about a session says beside its type.
 *
 * @param tier for {@link RequestType#CLEAR_CACHE}, where KV is removed
 * @param overwrite for {@link RequestType#IMPORT}, whether a session that is there gives way
 * @param chunk for {@link RequestType#IMPORT}, a part of the session; null otherwise
 */
public record SessionTask(CacheTier tier, boolean overwrite, @Nullable SessionChunk chunk) {
  public static final SessionTask NONE = new SessionTask(CacheTier.ALL, false, null);
}
