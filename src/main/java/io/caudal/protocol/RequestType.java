package io.caudal.protocol;

/** What a {@link Request} asks for. */
public enum RequestType {
  /** Generate an answer; the session remembers both sides. */
  GENERATE,
  /** Stop the session's request named by {@code target_request_id}, queued or running. */
  CANCEL,
  /** Forget the session: tokens, KV and recent results. */
  END_SESSION
}
