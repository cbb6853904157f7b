package io.caudal.protocol;

/** What a {@link Request} asks for. */
public enum RequestType {
  /** Generate an answer; the session remembers both sides. */
  GENERATE,
  /** Stop the session's request named by {@code target_request_id}, queued or running. */
  CANCEL,
  /** Forget the session: tokens, KV and recent results. */
  END_SESSION,
  /** Tell of the session. */
  SHOW,
  /** Keep the session's KV in faster tiers before that of others. */
  PIN,
  /** No more so. */
  UNPIN,
  /** Bring the session's KV to the device ahead of its next turn. */
  WARM,
  /** Remove the session's KV, which can be computed again. */
  CLEAR_CACHE,
  /** Write the session to the sessions topic. */
  EXPORT,
  /** Take a part of a session that was exported elsewhere. */
  IMPORT
}
