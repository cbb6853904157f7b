package io.caudal.kv;

/**
 * KV copies that were dropped.
 *
 * @param deviceTokens token positions on the device
 * @param hostBlocks blocks off the heap
 * @param hostBytes their bytes
 */
public record Freed(long deviceTokens, long hostBlocks, long hostBytes) {
  public static final Freed NONE = new Freed(0, 0, 0);

  public static Freed ofDevice(long tokens) {
    return new Freed(tokens, 0, 0);
  }

  public Freed plus(Freed other) {
    return new Freed(
        deviceTokens + other.deviceTokens,
        hostBlocks + other.hostBlocks,
        hostBytes + other.hostBytes);
  }
}
