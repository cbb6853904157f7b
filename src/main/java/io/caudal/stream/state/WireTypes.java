package io.caudal.stream.state;

import io.caudal.protocol.ControlAck;
import io.caudal.protocol.ControlChange;
import io.caudal.protocol.DeadLetter;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.Request;
import io.caudal.protocol.Result;
import io.caudal.protocol.SessionChunk;
import io.caudal.protocol.TokenChunk;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/** Flink's types of all records that travel through the job or stay in its state. */
public final class WireTypes {
  public static final TypeInformation<Request> REQUEST =
      new WireType<>(Request.class, RequestSerializer.INSTANCE);
  public static final TypeInformation<Result> RESULT =
      new WireType<>(Result.class, ResultSerializer.INSTANCE);
  public static final TypeInformation<TokenChunk> TOKEN_CHUNK =
      new WireType<>(TokenChunk.class, TokenChunkSerializer.INSTANCE);
  public static final TypeInformation<DeadLetter> DEAD_LETTER =
      new WireType<>(DeadLetter.class, DeadLetterSerializer.INSTANCE);
  public static final TypeInformation<MetricsRecord> METRICS =
      new WireType<>(MetricsRecord.class, MetricsSerializer.INSTANCE);
  public static final TypeInformation<ControlChange> CONTROL_CHANGE =
      new WireType<>(ControlChange.class, ControlChangeSerializer.INSTANCE);
  public static final TypeInformation<ControlAck> CONTROL_ACK =
      new WireType<>(ControlAck.class, ControlAckSerializer.INSTANCE);
  public static final TypeInformation<SessionChunk> SESSION_CHUNK =
      new WireType<>(SessionChunk.class, SessionChunkSerializer.INSTANCE);
  public static final TypeInformation<SessionHeader> SESSION_HEADER =
      new WireType<>(SessionHeader.class, SessionHeaderSerializer.INSTANCE);

  private WireTypes() {}
}
