package io.caudal.protocol;

import io.caudal.error.ErrorCode;

/** Carries a refusal out of the depths of a parse; never leaves this package. */
final class Refusal extends Exception {
  private final ErrorCode code;

  Refusal(ErrorCode code, String reason) {
    super(reason, null, false, false);
    this.code = code;
  }

  ErrorCode code() {
    return code;
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
