package io.caudal.stream.state;

import io.caudal.protocol.SessionChunk;
import java.nio.ByteBuffer;

/**
 * What state keeps of an imported chunk until the others have come.
 *
 * <pre>
 * offset size field (big-endian)
 *      0    1 kind: 0 tokens, 1 KV
 *      1    4 index
 *      5    n data
 * </pre>
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares chunks
public record StagedChunk(SessionChunk.Kind kind, int index, byte[] data) {
  private static final int DATA_AT = 1 + Integer.BYTES;

  static byte[] write(SessionChunk chunk) {
    byte kind =
        switch (chunk.kind()) {
          case TOKENS -> 0;
          case KV -> 1;
        };
    return ByteBuffer.allocate(DATA_AT + chunk.data().length)
        .put(kind)
        .putInt(chunk.index())
        .put(chunk.data())
        .array();
  }

  static StagedChunk read(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    SessionChunk.Kind kind = in.get() == 0 ? SessionChunk.Kind.TOKENS : SessionChunk.Kind.KV;
    int index = in.getInt();
    byte[] data = new byte[in.remaining()];
    in.get(data);
    return new StagedChunk(kind, index, data);
  }
}
