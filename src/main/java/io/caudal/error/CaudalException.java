package io.caudal.error;

/**
 * A failure with a stable code and a message that is safe to show: it names the value, the limit
 * and the key to change, never a secret.
 */
public final class CaudalException extends RuntimeException {
  private final ErrorCode code;

  public CaudalException(ErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  public CaudalException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public ErrorCode code() {
    return code;
  }
}
