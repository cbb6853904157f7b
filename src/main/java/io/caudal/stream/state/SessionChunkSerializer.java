package io.caudal.stream.state;

import io.caudal.protocol.SessionChunk;
import io.caudal.protocol.SessionChunkJson;
import io.caudal.protocol.SessionOrigin;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;

/** A SessionChunk as its wire JSON. */
public final class SessionChunkSerializer extends WireSerializer<SessionChunk> {
  static final SessionChunkSerializer INSTANCE = new SessionChunkSerializer();

  @Override
  byte[] write(SessionChunk record) {
    return SessionChunkJson.write(record);
  }

  @Override
  SessionChunk read(byte[] bytes) {
    return SessionChunkJson.read(bytes);
  }

  @Override
  public SessionChunk createInstance() {
    SessionOrigin origin = new SessionOrigin("", "", 0, 0, 0, 0, 0, 0, "", 0, 0);
    return new SessionChunk("", 0, 0, origin, SessionChunk.Kind.TOKENS, 0, 0, new byte[0]);
  }

  @Override
  public TypeSerializerSnapshot<SessionChunk> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Named in savepoints: neither this class nor its name may change. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<SessionChunk> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
