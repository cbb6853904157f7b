package io.caudal.stream.state;

import io.caudal.protocol.ControlAck;
import io.caudal.protocol.ControlAckJson;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;

/** A ControlAck as its wire JSON. */
public final class ControlAckSerializer extends WireSerializer<ControlAck> {
  static final ControlAckSerializer INSTANCE = new ControlAckSerializer();

  @Override
  byte[] write(ControlAck record) {
    return ControlAckJson.write(record);
  }

  @Override
  ControlAck read(byte[] bytes) {
    return ControlAckJson.read(bytes);
  }

  @Override
  public ControlAck createInstance() {
    return new ControlAck("", 0, 0, 0, Map.of(), Map.of(), List.of());
  }

  @Override
  public TypeSerializerSnapshot<ControlAck> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Named in savepoints: neither this class nor its name may change. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<ControlAck> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
