package io.caudal.error;

import java.util.Locale;

/**
 * Every way a request or the system can fail. The lower-case name is the stable code on the wire,
 * in dead-letter records and in metrics; codes are added, never renamed.
 */
public enum ErrorCode {
  // Input that could not be understood: goes to the dead-letter topic.
  BAD_JSON(ErrorKind.CALLER, false),
  BAD_UTF8(ErrorKind.CALLER, false),
  EMPTY_RECORD(ErrorKind.CALLER, false),
  TOO_LARGE(ErrorKind.CALLER, false),
  MISSING_FIELD(ErrorKind.CALLER, false),
  BAD_FIELD(ErrorKind.CALLER, false),
  UNKNOWN_TYPE(ErrorKind.CALLER, false),
  UNKNOWN_VERSION(ErrorKind.CALLER, false),
  KEY_MISMATCH(ErrorKind.CALLER, false),

  // Requests that were understood and can't be served: a result record with this code.
  BAD_PARAMETER(ErrorKind.CALLER, false),
  UNKNOWN_MODEL(ErrorKind.CALLER, false),
  EMPTY_PROMPT(ErrorKind.CALLER, false),
  NO_CHAT_TEMPLATE(ErrorKind.CALLER, false),
  CHAT_TEMPLATE_FAILED(ErrorKind.CALLER, false),
  CONTEXT_TOO_LONG(ErrorKind.CALLER, false),
  SESSION_TOO_LONG(ErrorKind.LIMIT, false),
  ANSWER_TOO_LARGE(ErrorKind.LIMIT, false),
  SESSION_OF_OTHER_MODEL(ErrorKind.CALLER, false),
  SESSION_NOT_FOUND(ErrorKind.CALLER, false),
  SESSION_EXISTS(ErrorKind.CALLER, false),
  IMPORT_INCOMPLETE(ErrorKind.CALLER, false),
  IMPORT_DAMAGED(ErrorKind.CALLER, false),
  TIMEOUT(ErrorKind.LIMIT, true),
  DEADLINE_EXCEEDED(ErrorKind.ENDED, false),
  CANCELLED(ErrorKind.ENDED, false),

  // Settings and surroundings: one line on the command line, or the job does not start.
  CONFIG_INVALID(ErrorKind.CALLER, false),
  MODEL_NOT_FOUND(ErrorKind.CALLER, false),
  MODEL_DAMAGED(ErrorKind.CALLER, false),
  MODEL_UNSUPPORTED(ErrorKind.CALLER, false),
  DEVICE_UNAVAILABLE(ErrorKind.SYSTEM, false),
  OUT_OF_MEMORY(ErrorKind.SYSTEM, true),
  BROKER_UNREACHABLE(ErrorKind.SYSTEM, true),
  PORT_IN_USE(ErrorKind.SYSTEM, true),
  CLUSTER_FAILED(ErrorKind.SYSTEM, true),
  STORAGE_UNAVAILABLE(ErrorKind.SYSTEM, true),
  BREAKS_ENGINE(ErrorKind.SYSTEM, false),
  ENGINE_FAILED(ErrorKind.SYSTEM, true);

  private final ErrorKind kind;
  private final boolean retryable;

  ErrorCode(ErrorKind kind, boolean retryable) {
    this.kind = kind;
    this.retryable = retryable;
  }

  public ErrorKind kind() {
    return kind;
  }

  /** Whether the same request may succeed when sent again unchanged. */
  public boolean retryable() {
    return retryable;
  }

  /** The stable code on the wire, such as {@code context_too_long}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
