package io.caudal.stream.state;

import io.caudal.protocol.Request;
import io.caudal.protocol.RequestJson;
import io.caudal.protocol.RequestType;
import io.caudal.protocol.SamplingParams;
import java.util.List;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;

/** A Request as its wire JSON. */
public final class RequestSerializer extends WireSerializer<Request> {
  static final RequestSerializer INSTANCE = new RequestSerializer();

  @Override
  byte[] write(Request record) {
    return RequestJson.write(record);
  }

  @Override
  Request read(byte[] bytes) {
    return RequestJson.read(bytes);
  }

  @Override
  public Request createInstance() {
    return new Request(
        RequestType.GENERATE,
        "",
        null,
        null,
        null,
        null,
        null,
        SamplingParams.GREEDY,
        List.of(),
        false,
        null,
        0,
        null,
        null,
        null,
        0);
  }

  @Override
  public TypeSerializerSnapshot<Request> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Named in savepoints: neither this class nor its name may change. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Request> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
