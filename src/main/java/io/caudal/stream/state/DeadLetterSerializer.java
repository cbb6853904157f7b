package io.caudal.stream.state;

import io.caudal.error.ErrorCode;
import io.caudal.protocol.DeadLetter;
import io.caudal.protocol.DeadLetterJson;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;

/** A DeadLetter as its wire JSON. */
public final class DeadLetterSerializer extends WireSerializer<DeadLetter> {
  static final DeadLetterSerializer INSTANCE = new DeadLetterSerializer();

  @Override
  byte[] write(DeadLetter record) {
    return DeadLetterJson.write(record);
  }

  @Override
  DeadLetter read(byte[] bytes) {
    return DeadLetterJson.read(bytes);
  }

  @Override
  public DeadLetter createInstance() {
    return new DeadLetter(ErrorCode.BAD_JSON, "", "", 0, 0, 0, null, 0, new byte[0], 0);
  }

  @Override
  public TypeSerializerSnapshot<DeadLetter> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Named in savepoints: neither this class nor its name may change. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<DeadLetter> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
