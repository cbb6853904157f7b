package io.caudal.kv;

/**
 * The books of a device's KV memory, in token positions. It holds no memory itself. Not
 * thread-safe: the thread that steps the engine owns it.
 */
public final class KvPool {
  private final int total;
  private int used;

  public KvPool(int total) {
    if (total <= 0) {
      throw new IllegalArgumentException("a pool of " + total + " tokens");
    }
    this.total = total;
  }

  /** Takes {@code tokens} out of the pool, or changes nothing and says no. */
  public boolean tryReserve(int tokens) {
    if (tokens > free()) {
      return false;
    }
    used += tokens;
    return true;
  }

  /** Gives tokens back; more than were taken is a broken invariant. */
  public void release(int tokens) {
    if (tokens < 0 || tokens > used) {
      throw new IllegalStateException("released " + tokens + " tokens of " + used + " in use");
    }
    used -= tokens;
  }

  public int total() {
    return total;
  }

  public int free() {
    return total - used;
  }
}
