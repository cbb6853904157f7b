package io.caudal.stream.state;

import io.caudal.protocol.ControlChange;
import io.caudal.protocol.ControlChangeJson;
import java.util.Map;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;

/** A ControlChange as its wire JSON. */
public final class ControlChangeSerializer extends WireSerializer<ControlChange> {
  static final ControlChangeSerializer INSTANCE = new ControlChangeSerializer();

  @Override
  byte[] write(ControlChange record) {
    return ControlChangeJson.write(record);
  }

  @Override
  ControlChange read(byte[] bytes) {
    return ControlChangeJson.read(bytes);
  }

  @Override
  public ControlChange createInstance() {
    return new ControlChange("", Map.of());
  }

  @Override
  public TypeSerializerSnapshot<ControlChange> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Named in savepoints: neither this class nor its name may change. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<ControlChange> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
