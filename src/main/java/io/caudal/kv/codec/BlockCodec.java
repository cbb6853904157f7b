package io.caudal.kv.codec;

import io.caudal.config.KvCodec;
import io.caudal.config.KvCompression;

/**
 * How one block is stored; the block's header names it.
 *
 * @param numbers what is kept of them
 * @param compression what is done to the result
 */
public record BlockCodec(KvCodec numbers, KvCompression compression) {
  /** The numbers as they are. */
  public static final BlockCodec EXACT = new BlockCodec(KvCodec.NONE, KvCompression.NONE);
}
