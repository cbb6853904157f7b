package io.caudal.schedule;

import java.util.Comparator;
import java.util.NavigableSet;
import java.util.TreeSet;

/** One tenant in a {@link FairQueue}: what waits and runs of it, and what it has been served. */
final class TenantAccount {
  /** Least served first; among equals whose oldest sequence came first. */
  static final Comparator<TenantAccount> BACKLOGGED =
      Comparator.comparingDouble(TenantAccount::served)
          .thenComparingLong(account -> account.waiting.first().order());

  /** Least served first. */
  static final Comparator<TenantAccount> IDLE =
      Comparator.comparingDouble(TenantAccount::served).thenComparing(TenantAccount::tenant);

  private final String tenant;
  private final TreeSet<Sequence> waiting =
      new TreeSet<>(Comparator.comparingLong(Sequence::order));
  private double served;
  private int running;

  TenantAccount(String tenant) {
    this.tenant = tenant;
  }

  String tenant() {
    return tenant;
  }

  /** The tenant's sequences that wait, oldest first. */
  NavigableSet<Sequence> waiting() {
    return waiting;
  }

  /** The virtual counter: weighted tokens by the tenant's weight, or what it was lifted to. */
  double served() {
    return served;
  }

  void serve(double tokens) {
    served += tokens;
  }

  void liftTo(double floor) {
    served = Math.max(served, floor);
  }

  void addRunning(int change) {
    running += change;
  }

  boolean isIdle() {
    return running == 0 && waiting.isEmpty();
  }
}
