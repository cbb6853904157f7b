package io.caudal.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What {@link RequestParser} made of a record: exactly one of the two is set. A record, not a
 * sealed family, so that Flink serializes it without Kryo.
 */
public record ParseOutcome(@Nullable Request request, @Nullable Rejection rejection) {

  static ParseOutcome accepted(Request request) {
    return new ParseOutcome(request, null);
  }

  static ParseOutcome rejected(Rejection rejection) {
    return new ParseOutcome(null, rejection);
  }
}
