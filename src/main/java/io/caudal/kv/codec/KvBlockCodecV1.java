package io.caudal.kv.codec;

import io.caudal.kv.KvBlock;
import io.caudal.kv.KvShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Version 1 of the stored KV block: a header of 48 bytes, then the numbers. Immutable and safe for
 * use by any thread.
 *
 * <pre>
 * offset size field                                    (all little-endian)
 *      0    4 magic "CKVB"
 *      4    1 version, 1
 *      5    1 codec, 0: numbers as they are
 *      6    1 dtype, 0 fp32, 1 fp16, 2 bf16
 *      7    1 zero
 *      8    8 model fingerprint
 *     16    8 chain hash of the sequence's tokens up to the block's end
 *     24    4 block index
 *     28    4 tokens in the block
 *     32    2 layers
 *     34    2 KV heads
 *     36    2 numbers per head
 *     38    2 zero
 *     40    4 payload bytes
 *     44    4 CRC-32C of bytes 0 to 43 and of the payload
 *     48    n payload: [layers, 2, kvHeads, tokens, headDim]
 * </pre>
 *
 * <p>Example: one layer, one head of one fp32 number, one token with K = 1.0 and V = 2.0 is 48
 * bytes of header, then {@code 00 00 80 3f 00 00 00 40}. A later format is a new class beside this
 * one.
 */
public final class KvBlockCodecV1 {
  static final int HEADER_BYTES = 48;
  private static final int MAGIC = 0x42564b43; // "CKVB" in little-endian order
  private static final byte VERSION = 1;
  private static final byte RAW = 0;
  private static final int CHECKSUM_AT = 44;

  private final KvShape shape;
  private final long fingerprint;

  /** A codec for blocks of one model; blocks of any other decode to a miss. */
  public KvBlockCodecV1(KvShape shape, long fingerprint) {
    this.shape = shape;
    this.fingerprint = fingerprint;
  }

  /** The block as bytes that outlive the process. The block's data is not consumed. */
  public byte[] encode(KvBlock block) {
    ByteBuffer data = block.data().duplicate().rewind();
    int payload = data.remaining();
    if (payload != block.tokens() * shape.bytesPerToken()) {
      throw new IllegalArgumentException(
          "block of " + block.tokens() + " tokens has " + payload + " bytes");
    }
    byte[] bytes = new byte[HEADER_BYTES + payload];
    ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).put(VERSION).put(RAW).put((byte) shape.dtype().code()).put((byte) 0);
    out.putLong(fingerprint).putLong(block.chainHash());
    out.putInt(block.index()).putInt(block.tokens());
    out.putShort((short) shape.layers()).putShort((short) shape.kvHeads());
    out.putShort((short) shape.headDim()).putShort((short) 0);
    out.putInt(payload);
    data.get(bytes, HEADER_BYTES, payload);
    out.putInt(CHECKSUM_AT, checksum(bytes));
    return bytes;
  }

  /**
   * The block in {@code bytes}, if it is whole and is block {@code index} of a sequence whose
   * tokens hash to {@code chainHash} at its end. The hit's data is a view of {@code bytes}.
   */
  public DecodedBlock decode(byte[] bytes, int index, int tokens, long chainHash) {
    if (bytes.length < HEADER_BYTES) {
      return new DecodedBlock.Miss(BlockMiss.TRUNCATED);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getInt(0) != MAGIC || in.get(4) < VERSION) {
      return new DecodedBlock.Miss(BlockMiss.DAMAGED);
    }
    if (in.get(4) > VERSION) {
      return new DecodedBlock.Miss(BlockMiss.NEWER_VERSION);
    }
    int payload = in.getInt(40);
    if (payload > bytes.length - HEADER_BYTES) {
      return new DecodedBlock.Miss(BlockMiss.TRUNCATED);
    }
    if (payload != bytes.length - HEADER_BYTES || in.getInt(CHECKSUM_AT) != checksum(bytes)) {
      return new DecodedBlock.Miss(BlockMiss.DAMAGED);
    }
    if (in.getLong(8) != fingerprint || !hasShape(in)) {
      return new DecodedBlock.Miss(BlockMiss.FOREIGN_MODEL);
    }
    if (in.getInt(24) != index || in.getInt(28) != tokens || in.getLong(16) != chainHash) {
      return new DecodedBlock.Miss(BlockMiss.OTHER_TOKENS);
    }
    if (in.get(5) != RAW || payload != tokens * shape.bytesPerToken()) {
      return new DecodedBlock.Miss(BlockMiss.DAMAGED);
    }
    ByteBuffer data = in.slice(HEADER_BYTES, payload).order(ByteOrder.LITTLE_ENDIAN);
    return new DecodedBlock.Hit(new KvBlock(index, tokens, chainHash, data));
  }

  private boolean hasShape(ByteBuffer header) {
    return header.get(6) == shape.dtype().code()
        && header.getShort(32) == shape.layers()
        && header.getShort(34) == shape.kvHeads()
        && header.getShort(36) == shape.headDim();
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, CHECKSUM_AT);
    crc.update(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
    return (int) crc.getValue();
  }
}
