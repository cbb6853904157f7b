package io.caudal.kv.codec;

import io.caudal.config.KvCodec;
import io.caudal.kv.KvBlock;
import io.caudal.kv.KvShape;
import org.jspecify.annotations.Nullable;

/**
 * The stored KV block of one model in all its versions: reads each, and writes the oldest that can
 * hold what is asked for, so that builds which know no other read it too. Immutable and safe for
 * use by any thread.
 */
public final class KvBlockFormat {
  private final KvBlockCodecV1 v1;
  private final KvBlockCodecV2 v2;
  private final int bytesPerToken16;

  /** A format for blocks of one model; blocks of any other decode to a miss. */
  public KvBlockFormat(KvShape shape, long fingerprint) {
    this.v1 = new KvBlockCodecV1(shape, fingerprint);
    this.v2 = new KvBlockCodecV2(shape, fingerprint);
    this.bytesPerToken16 = shape.bytesPerToken() / shape.dtype().bytes() * 2;
  }

  /** The block as bytes that outlive the process. The block's data is not consumed. */
  public byte[] encode(KvBlock block, BlockCodec codec) {
    return codec.equals(BlockCodec.EXACT) ? v1.encode(block) : v2.encode(block, codec);
  }

  /**
   * The block in {@code bytes}, if it is whole and is block {@code index} of a sequence whose
   * tokens hash to {@code chainHash} at its end. Nothing is decompressed before the checksum over
   * header and payload agrees, and no more than the block's own size is allocated. The hit's data
   * may be a view of {@code bytes}.
   */
  public DecodedBlock decode(byte[] bytes, int index, int tokens, long chainHash) {
    return BlockHeader.version(bytes) == KvBlockCodecV1.VERSION
        ? v1.decode(bytes, index, tokens, chainHash)
        : v2.decode(bytes, index, tokens, chainHash);
  }

  /**
   * The block in {@code bytes}, whatever its tokens are, if it has all of its numbers; null if not,
   * or if it is of no use.
   */
  public @Nullable KvBlock exact(byte[] bytes, int index, int tokens) {
    boolean whole =
        switch (BlockHeader.version(bytes)) {
          case KvBlockCodecV1.VERSION -> true;
          case KvBlockCodecV2.VERSION -> v2.numbers(bytes) == KvCodec.NONE;
          default -> false;
        };
    return whole
            && decode(bytes, index, tokens, BlockHeader.chainHash(bytes))
                instanceof DecodedBlock.Hit hit
        ? hit.block()
        : null;
  }

  /** How many times smaller than 16 bits a number the encoded block is. */
  public double ratio(byte[] bytes, int tokens) {
    return (double) tokens * bytesPerToken16 / bytes.length;
  }
}
