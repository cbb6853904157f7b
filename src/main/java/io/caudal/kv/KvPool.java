package io.caudal.kv;

/**
 * The books of a device's KV memory, in token positions. It holds no memory itself. Not
 * thread-safe: the thread that steps the engine owns it, others may only ask for the {@link
 * #total}.
 */
public final class KvPool {
  private volatile int total;
  private int used;

  public KvPool(int total) {
    resize(total);
  }

  /** From now on there is so much; if more is in use, less than nothing is free. */
  public void resize(int newTotal) {
    if (newTotal <= 0) {
      throw new IllegalArgumentException("a pool of " + newTotal + " tokens");
    }
    total = newTotal;
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
