package io.caudal.stream.state;

import io.caudal.protocol.TokenChunk;
import io.caudal.protocol.TokenChunkJson;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;

/** A TokenChunk as its wire JSON. */
public final class TokenChunkSerializer extends WireSerializer<TokenChunk> {
  static final TokenChunkSerializer INSTANCE = new TokenChunkSerializer();

  @Override
  byte[] write(TokenChunk record) {
    return TokenChunkJson.write(record);
  }

  @Override
  TokenChunk read(byte[] bytes) {
    return TokenChunkJson.read(bytes);
  }

  @Override
  public TokenChunk createInstance() {
    return new TokenChunk("", null, 0, 0, "", true);
  }

  @Override
  public TypeSerializerSnapshot<TokenChunk> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Named in savepoints: neither this class nor its name may change. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<TokenChunk> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
