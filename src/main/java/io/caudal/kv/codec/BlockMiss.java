package io.caudal.kv.codec;

/** Why a stored block is of no use. Its tokens are recomputed; no request fails for it. */
public enum BlockMiss {
  /** Shorter than its header says, or than a header. */
  TRUNCATED,
  /** Not a block, an impossible header, or the checksum is wrong. */
  DAMAGED,
  /** Written by a later version of the format. */
  NEWER_VERSION,
  /** KV of another model, other weights or another dtype. */
  FOREIGN_MODEL,
  /** KV of other tokens than the session remembers. */
  OTHER_TOKENS
}
