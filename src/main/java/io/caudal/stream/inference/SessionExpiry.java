package io.caudal.stream.inference;

import io.caudal.metrics.Counter;
import io.caudal.metrics.SubtaskMetrics;
import io.caudal.protocol.Result;
import io.caudal.protocol.SessionKeys;
import io.caudal.stream.operator.KeyedAsyncContext;
import io.caudal.stream.state.SessionHeader;
import io.caudal.stream.state.SessionStore;

/** When a session's state is forgotten, and the forgetting. Task thread only, with a key set. */
final class SessionExpiry {
  private final KeyedAsyncContext<Result> context;
  private final SessionStore store;
  private final SubtaskMetrics metrics;
  private final LiveSettings live;

  SessionExpiry(
      KeyedAsyncContext<Result> context,
      SessionStore store,
      SubtaskMetrics metrics,
      LiveSettings live) {
    this.context = context;
    this.store = store;
    this.metrics = metrics;
    this.live = live;
  }

  /** Idle time after which the key is forgotten. */
  long ttlMillis(String key) {
    return (SessionKeys.isSessionless(key) ? live.requests().sessionlessTtl() : live.kv().ttl())
        .toMillis();
  }

  /** Has the key looked at again then. */
  long timer(long millis) {
    context.registerTimer(millis);
    return millis;
  }

  /** Forgets the key's state; copies of its KV elsewhere are forgotten apart. */
  void forgetState() throws Exception {
    forgetSession();
    store.clearStaged();
  }

  /** As {@link #forgetState}, but for what an import has put aside. */
  void forgetSession() throws Exception {
    SessionHeader header = store.header();
    if (header == null) {
      return;
    }
    context.deleteTimer(header.timerMillis());
    store.clear();
    if (header.turns() > 0) {
      metrics.add(Counter.SESSIONS_ENDED, 1);
    }
  }
}
