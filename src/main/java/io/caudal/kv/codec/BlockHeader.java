package io.caudal.kv.codec;

import io.caudal.kv.KvBlock;
import io.caudal.kv.KvShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The header that all versions of the stored block share, of blocks of one model. Immutable.
 *
 * <pre>
 * offset size field                                    (all little-endian)
 *      0    4 magic "CKVB"
 *      4    1 version
 *      5    1 codec: what is kept of the numbers
 *      6    1 dtype, 0 fp32, 1 fp16, 2 bf16
 *      7    1 compression
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
 *     48    n payload
 * </pre>
 */
final class BlockHeader {
  static final int BYTES = 48;
  private static final int MAGIC = 0x42564b43; // "CKVB" in little-endian order
  private static final int CHECKSUM_AT = 44;

  private final KvShape shape;
  private final long fingerprint;

  BlockHeader(KvShape shape, long fingerprint) {
    this.shape = shape;
    this.fingerprint = fingerprint;
  }

  /** Writes the header and its checksum into {@code bytes}, whose payload is there already. */
  void seal(byte[] bytes, int version, int codec, int compression, KvBlock block) {
    ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).put((byte) version).put((byte) codec);
    out.put((byte) shape.dtype().code()).put((byte) compression);
    out.putLong(fingerprint).putLong(block.chainHash());
    out.putInt(block.index()).putInt(block.tokens());
    out.putShort((short) shape.layers()).putShort((short) shape.kvHeads());
    out.putShort((short) shape.headDim()).putShort((short) 0);
    out.putInt(bytes.length - BYTES);
    out.putInt(CHECKSUM_AT, checksum(bytes));
  }

  /**
   * Why {@code bytes} are not that block in that version, whole; null if they are. The payload's
   * meaning is not looked at.
   */
  @Nullable BlockMiss problem(byte[] bytes, int version, int index, int tokens, long chainHash) {
    if (bytes.length < BYTES) {
      return BlockMiss.TRUNCATED;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getInt(0) != MAGIC || in.get(4) < 1) {
      return BlockMiss.DAMAGED;
    }
    if (in.get(4) > version) {
      return BlockMiss.NEWER_VERSION;
    }
    int payload = in.getInt(40);
    if (payload > bytes.length - BYTES) {
      return BlockMiss.TRUNCATED;
    }
    if (in.get(4) != version
        || payload != bytes.length - BYTES
        || in.getInt(CHECKSUM_AT) != checksum(bytes)) {
      return BlockMiss.DAMAGED;
    }
    if (in.getLong(8) != fingerprint || !hasShape(in)) {
      return BlockMiss.FOREIGN_MODEL;
    }
    if (in.getInt(24) != index || in.getInt(28) != tokens || chainHash(bytes) != chainHash) {
      return BlockMiss.OTHER_TOKENS;
    }
    return null;
  }

  static int version(byte[] bytes) {
    return bytes.length < BYTES ? 0 : bytes[4];
  }

  static int codec(byte[] bytes) {
    return bytes[5];
  }

  static int compression(byte[] bytes) {
    return bytes[7];
  }

  static long chainHash(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(16);
  }

  private boolean hasShape(ByteBuffer header) {
    return header.get(6) == shape.dtype().code()
        && header.getShort(32) == (short) shape.layers()
        && header.getShort(34) == (short) shape.kvHeads()
        && header.getShort(36) == (short) shape.headDim();
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, CHECKSUM_AT);
    crc.update(bytes, BYTES, bytes.length - BYTES);
    return (int) crc.getValue();
  }
}
