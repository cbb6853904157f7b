package io.caudal.engine;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one sequence's prompt has of whole blocks, and who waits for it to compute them. Guarded by
 * {@link SharedPrefixes}, but for what never changes.
 */
final class PrefixClaim {
  private record Waiter(int blocks, Runnable wake) {}

  private final String tenant;
  private final @Nullable String session;
  private final int priority;
  private final int[] tokens;
  private final long[] chain;
  private final List<Waiter> waiters = new ArrayList<>();
  private int published;
  private volatile int wanted;

  /**
   * @param session null for none
   * @param tokens that the chain's blocks hold, at least
   * @param chain hashes of the prompt's whole blocks
   */
  PrefixClaim(String tenant, @Nullable String session, int priority, int[] tokens, long[] chain) {
    this.tenant = tenant;
    this.session = session;
    this.priority = priority;
    this.tokens = tokens;
    this.chain = chain;
  }

  String tenant() {
    return tenant;
  }

  /** Whose KV it is; null for nobody's in particular. */
  @Nullable String session() {
    return session;
  }

  int priority() {
    return priority;
  }

  int[] tokens() {
    return tokens;
  }

  long[] chain() {
    return chain;
  }

  /** Blocks, from the first on, that others find by now. */
  int published() {
    return published;
  }

  void setPublished(int blocks) {
    published = blocks;
  }

  /** Blocks, from the first on, that others are known to want. Any thread. */
  int wanted() {
    return wanted;
  }

  void want(int blocks) {
    wanted = Math.max(wanted, blocks);
  }

  /** Leading blocks that both have. */
  int common(PrefixClaim other) {
    int n = 0;
    while (n < Math.min(chain.length, other.chain.length) && chain[n] == other.chain[n]) {
      n++;
    }
    return n;
  }

  void await(int blocks, Runnable wake) {
    want(blocks);
    waiters.add(new Waiter(blocks, wake));
  }

  /** Wakes those who wait for no more than {@code blocks}. */
  void wake(int blocks) {
    for (Iterator<Waiter> it = waiters.iterator(); it.hasNext(); ) {
      Waiter waiter = it.next();
      if (waiter.blocks() <= blocks) {
        it.remove();
        waiter.wake().run();
      }
    }
  }
}
