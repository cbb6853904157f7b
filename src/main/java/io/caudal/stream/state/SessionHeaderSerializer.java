package io.caudal.stream.state;

import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;

/** A session header as JSON. */
public final class SessionHeaderSerializer extends WireSerializer<SessionHeader> {
  static final SessionHeaderSerializer INSTANCE = new SessionHeaderSerializer();

  @Override
  byte[] write(SessionHeader record) {
    return SessionHeaderJson.write(record);
  }

  @Override
  SessionHeader read(byte[] bytes) {
    return SessionHeaderJson.read(bytes);
  }

  @Override
  public SessionHeader createInstance() {
    return SessionHeader.fresh(0);
  }

  @Override
  public TypeSerializerSnapshot<SessionHeader> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Named in savepoints: neither this class nor its name may change. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<SessionHeader> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
