package io.caudal.protocol;

/**
 * What was removed.
 *
 * @param sessions sessions of which something was removed
 * @param deviceTokens token positions of KV on the device
 * @param hostBytes bytes of KV off the heap
 * @param stateBytes bytes of KV in state
 */
public record Removed(long sessions, long deviceTokens, long hostBytes, long stateBytes) {
  public static final Removed NONE = new Removed(0, 0, 0, 0);

  public Removed plus(Removed other) {
    return new Removed(
        sessions + other.sessions,
        deviceTokens + other.deviceTokens,
        hostBytes + other.hostBytes,
        stateBytes + other.stateBytes);
  }
}
