package io.caudal.schedule;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The waiting sequences of one priority class, served so that tenants get equal shares of tokens,
 * or shares by their weights: the Virtual Token Counter (Sheng et al., "Fairness in Serving Large
 * Language Models", OSDI 2024, section 4, with the weights of its section 4.3). The tenant with the
 * least counter goes next, its oldest sequence first. A tenant that comes back to the queue is
 * lifted to the least counter there, so that nobody saves up service by staying away.
 *
 * <p>We differ in what is charged as input: the tokens that are computed, so KV that is there
 * already costs nothing; and a sequence that was preempted and comes back is not charged again.
 *
 * <p>Operations take time logarithmic in tenants and sequences. A counter that a lift would
 * overwrite is dropped, so those of tenants without work are few; at most {@value #MOST_IDLE} are
 * kept, the furthest ahead.
 */
final class FairQueue {
  /** What a generated token costs, a computed prompt token costing 1; as the paper has it. */
  static final int OUTPUT_COST = 2;

  static final int MOST_IDLE = 4096;

  private final ToDoubleFunction<String> weights;
  private final Map<String, TenantAccount> accounts = new HashMap<>();
  private final TreeSet<TenantAccount> backlogged = new TreeSet<>(TenantAccount.BACKLOGGED);
  private final TreeSet<TenantAccount> idle = new TreeSet<>(TenantAccount.IDLE);

  /** Whose last sequence left the queue last. */
  private @Nullable TenantAccount lastToLeave;

  /**
   * @param weights a tenant's share, in relation to the others'; above 0
   */
  FairQueue(ToDoubleFunction<String> weights) {
    this.weights = weights;
  }

  /** Queues a sequence that is new, or that was preempted. */
  void add(Sequence sequence) {
    TenantAccount account = account(sequence);
    idle.remove(account);
    if (account.waiting().isEmpty()) {
      account.liftTo(floor());
    } else {
      backlogged.remove(account);
    }
    account.waiting().add(sequence);
    backlogged.add(account);
  }

  /** Sequences that wait. Takes time linear in tenants. */
  int size() {
    return backlogged.stream().mapToInt(account -> account.waiting().size()).sum();
  }

  /** The sequence that goes next; null if none waits. */
  @Nullable Sequence first() {
    return backlogged.isEmpty() ? null : backlogged.first().waiting().first();
  }

  /** Takes out a sequence that does not wait any longer; nothing if it is not here. */
  void remove(Sequence sequence) {
    TenantAccount account = accounts.get(sequence.tenant());
    if (account != null && account.waiting().contains(sequence)) {
      takeOut(account, sequence);
      retire(account);
    }
  }

  /** The sequence leaves the queue and runs, its cached KV known: its prompt is charged. */
  void start(Sequence sequence) {
    TenantAccount account = account(sequence);
    takeOut(account, sequence);
    account.addRunning(1);
    if (sequence.chargedTokens() == 0) {
      charge(account, sequence.uncomputed());
      sequence.setChargedTokens(sequence.tokens().size());
    }
  }

  /** Charges what a running sequence has generated since the last time. */
  void settle(Sequence sequence) {
    int size = sequence.tokens().size();
    int generated = size - sequence.chargedTokens();
    if (generated > 0) {
      charge(account(sequence), (double) OUTPUT_COST * generated);
      sequence.setChargedTokens(size);
    }
  }

  /** The sequence runs no longer: it has ended, or was queued again. */
  void stop(Sequence sequence) {
    settle(sequence);
    TenantAccount account = account(sequence);
    account.addRunning(-1);
    retire(account);
  }

  /** A tenant's counter. */
  double served(String tenant) {
    TenantAccount account = accounts.get(tenant);
    return account == null ? floor() : account.served();
  }

  /** Tenants whose counter is kept. */
  int accounts() {
    return accounts.size();
  }

  private TenantAccount account(Sequence sequence) {
    return accounts.computeIfAbsent(sequence.tenant(), TenantAccount::new);
  }

  /** What a tenant that comes to the queue has at least; it never falls. */
  private double floor() {
    if (!backlogged.isEmpty()) {
      return backlogged.first().served();
    }
    return lastToLeave == null ? 0 : lastToLeave.served();
  }

  private void charge(TenantAccount account, double tokens) {
    boolean waits = !account.waiting().isEmpty();
    if (waits) {
      backlogged.remove(account);
    }
    account.serve(tokens / weights.applyAsDouble(account.tenant()));
    if (waits) {
      backlogged.add(account);
    }
  }

  private void takeOut(TenantAccount account, Sequence sequence) {
    backlogged.remove(account);
    account.waiting().remove(sequence);
    if (account.waiting().isEmpty()) {
      lastToLeave = account;
    } else {
      backlogged.add(account);
    }
  }

  private void retire(TenantAccount account) {
    if (account.isIdle()) {
      idle.add(account);
    }
    double floor = floor();
    while (!idle.isEmpty() && (idle.first().served() <= floor || idle.size() > MOST_IDLE)) {
      TenantAccount dropped = idle.pollFirst();
      if (dropped != null) {
        accounts.remove(dropped.tenant());
      }
    }
  }
}
