package io.caudal.stream.io;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.ControlChange;
import io.caudal.protocol.ControlChangeJson;
import io.caudal.protocol.DeadLetter;
import java.util.Objects;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.types.Either;
import org.apache.flink.util.Collector;

/** Control changes from records; what can't be understood becomes a dead letter. */
public final class ControlParsing extends ProcessFunction<RawRecord, ControlChange> {

  @Override
  public void processElement(RawRecord record, Context context, Collector<ControlChange> out) {
    byte[] value = record.value();
    if (value == null) {
      return; // the topic is compacted: a tombstone takes a change back, and changes nothing here
    }
    try {
      out.collect(ControlChangeJson.read(value));
    } catch (CaudalException e) {
      context.output(RequestParsing.REFUSED, Either.Right(deadLetter(e, record, value)));
    }
  }

  private static DeadLetter deadLetter(CaudalException e, RawRecord record, byte[] value) {
    ErrorCode code = e.code();
    return DeadLetter.of(
        code,
        Objects.requireNonNull(e.getMessage()),
        record.topic(),
        record.partition(),
        record.offset(),
        record.timestampMillis(),
        record.key(),
        value);
  }
}
