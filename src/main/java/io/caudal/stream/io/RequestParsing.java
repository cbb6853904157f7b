package io.caudal.stream.io;

import io.caudal.config.RequestSettings;
import io.caudal.protocol.DeadLetter;
import io.caudal.protocol.FinishReason;
import io.caudal.protocol.ParseOutcome;
import io.caudal.protocol.Rejection;
import io.caudal.protocol.Request;
import io.caudal.protocol.RequestParser;
import io.caudal.protocol.Result;
import io.caudal.protocol.Timings;
import io.caudal.protocol.Usage;
import io.caudal.stream.state.WireTypes;
import org.apache.flink.api.java.typeutils.EitherTypeInfo;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.types.Either;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Requests from records. What can't be understood becomes a dead letter; whoever can be answered
 * gets a result that says what is wrong.
 */
public final class RequestParsing extends ProcessFunction<RawRecord, Request> {
  /** For {@link RefusalHold}. */
  public static final OutputTag<Either<Result, DeadLetter>> REFUSED =
      new OutputTag<>("refused", new EitherTypeInfo<>(WireTypes.RESULT, WireTypes.DEAD_LETTER));

  private final RequestParser parser;

  public RequestParsing(RequestSettings limits) {
    this.parser = new RequestParser(limits.maxBytes(), limits.maxNewTokens());
  }

  @Override
  public void processElement(RawRecord record, Context context, Collector<Request> out) {
    ParseOutcome outcome =
        parser.parse(
            record.key(),
            record.value(),
            record.topic(),
            record.partition(),
            record.offset(),
            record.timestampMillis());
    if (outcome.request() != null) {
      out.collect(outcome.request());
    }
    Rejection rejection = outcome.rejection();
    if (rejection != null && rejection.deadLetter() != null) {
      context.output(REFUSED, Either.Right(rejection.deadLetter()));
    }
    if (rejection != null && rejection.requestId() != null) {
      context.output(REFUSED, Either.Left(refused(rejection.requestId(), rejection)));
    }
  }

  private static Result refused(String requestId, Rejection rejection) {
    return new Result(
        requestId,
        rejection.sessionId(),
        0,
        0,
        "",
        FinishReason.ERROR,
        rejection.failure(),
        Usage.NONE,
        Timings.NONE,
        null,
        0,
        false);
  }
}
