package io.caudal.stream.state;

import io.caudal.protocol.MetricsJson;
import io.caudal.protocol.MetricsRecord;
import java.util.Map;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;

/** A MetricsRecord as its wire JSON. */
public final class MetricsSerializer extends WireSerializer<MetricsRecord> {
  static final MetricsSerializer INSTANCE = new MetricsSerializer();

  @Override
  byte[] write(MetricsRecord record) {
    return MetricsJson.write(record);
  }

  @Override
  MetricsRecord read(byte[] bytes) {
    return MetricsJson.read(bytes);
  }

  @Override
  public MetricsRecord createInstance() {
    return new MetricsRecord(0, 0, 0, 0, Map.of(), Map.of(), Map.of());
  }

  @Override
  public TypeSerializerSnapshot<MetricsRecord> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Named in savepoints: neither this class nor its name may change. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<MetricsRecord> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
