package io.caudal.stream.inference;

import io.caudal.protocol.ControlAck;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.SessionChunk;
import io.caudal.protocol.TokenChunk;
import io.caudal.stream.state.WireTypes;
import org.apache.flink.util.OutputTag;

/** The inference operator's side outputs; its main output is the results. */
public final class Outputs {
  public static final OutputTag<TokenChunk> TOKENS =
      new OutputTag<>("tokens", WireTypes.TOKEN_CHUNK);
  public static final OutputTag<MetricsRecord> METRICS =
      new OutputTag<>("metrics", WireTypes.METRICS);
  public static final OutputTag<ControlAck> ACKS =
      new OutputTag<>("control-acks", WireTypes.CONTROL_ACK);

  public static final OutputTag<SessionChunk> SESSIONS =
      new OutputTag<>("sessions", WireTypes.SESSION_CHUNK);

  private Outputs() {}
}
