package io.caudal.kv.codec;

import io.caudal.kv.KvBlock;
import io.caudal.kv.KvShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Version 1 of the stored KV block: a {@link BlockHeader} whose codec and compression are 0, then
 * the numbers as they are, {@code [layers, 2, kvHeads, tokens, headDim]}. Immutable and safe for
 * use by any thread.
 *
 * <p>Example: one layer, one head of one fp32 number, one token with K = 1.0 and V = 2.0 is 48
 * bytes of header, then {@code 00 00 80 3f 00 00 00 40}. A later format is a new class beside this
 * one.
 */
public final class KvBlockCodecV1 {
  static final int VERSION = 1;
  private static final int RAW = 0;

  private final KvShape shape;
  private final BlockHeader header;

  /** A codec for blocks of one model; blocks of any other decode to a miss. */
  public KvBlockCodecV1(KvShape shape, long fingerprint) {
    this.shape = shape;
    this.header = new BlockHeader(shape, fingerprint);
  }

  /** The block as bytes that outlive the process. The block's data is not consumed. */
  public byte[] encode(KvBlock block) {
    byte[] bytes = rawAfterHeader(block, shape);
    header.seal(bytes, VERSION, RAW, 0, block);
    return bytes;
  }

  /**
   * The block in {@code bytes}, if it is whole and is block {@code index} of a sequence whose
   * tokens hash to {@code chainHash} at its end. The hit's data is a view of {@code bytes}.
   */
  public DecodedBlock decode(byte[] bytes, int index, int tokens, long chainHash) {
    BlockMiss problem = header.problem(bytes, VERSION, index, tokens, chainHash);
    if (problem != null) {
      return new DecodedBlock.Miss(problem);
    }
    int payload = bytes.length - BlockHeader.BYTES;
    if (BlockHeader.codec(bytes) != RAW || payload != tokens * shape.bytesPerToken()) {
      return new DecodedBlock.Miss(BlockMiss.DAMAGED);
    }
    ByteBuffer data = ByteBuffer.wrap(bytes, BlockHeader.BYTES, payload).slice();
    return new DecodedBlock.Hit(
        new KvBlock(index, tokens, chainHash, data.order(ByteOrder.LITTLE_ENDIAN)));
  }

  /** Room for a header, then the block's numbers as they are. */
  static byte[] rawAfterHeader(KvBlock block, KvShape shape) {
    ByteBuffer data = block.data().duplicate().rewind();
    int payload = data.remaining();
    if (payload != block.tokens() * shape.bytesPerToken()) {
      throw new IllegalArgumentException(
          "block of " + block.tokens() + " tokens has " + payload + " bytes");
    }
    byte[] bytes = new byte[BlockHeader.BYTES + payload];
    data.get(bytes, BlockHeader.BYTES, payload);
    return bytes;
  }
}
