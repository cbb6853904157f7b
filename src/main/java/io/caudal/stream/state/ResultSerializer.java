package io.caudal.stream.state;

import io.caudal.protocol.FinishReason;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import io.caudal.protocol.Timings;
import io.caudal.protocol.Usage;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;

/** A Result as its wire JSON. */
public final class ResultSerializer extends WireSerializer<Result> {
  static final ResultSerializer INSTANCE = new ResultSerializer();

  @Override
  byte[] write(Result record) {
    return ResultJson.write(record);
  }

  @Override
  Result read(byte[] bytes) {
    return ResultJson.read(bytes);
  }

  @Override
  public Result createInstance() {
    return new Result(
        "", null, 0, 0, "", FinishReason.STOP, null, Usage.NONE, Timings.NONE, null, 0, false);
  }

  @Override
  public TypeSerializerSnapshot<Result> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Named in savepoints: neither this class nor its name may change. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Result> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
