package io.caudal.stream.inference;

import io.caudal.engine.host.Engine;
import io.caudal.error.CaudalException;
import io.caudal.protocol.Result;
import io.caudal.protocol.SessionKeys;
import io.caudal.stream.operator.KeyedAsyncContext;
import io.caudal.stream.state.SessionHeader;
import io.caudal.stream.state.SessionStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * After a restart, brings KV from state to the device before anybody asks for it: of the sessions
 * that were used last, one after the other, until a share of the device's room is in use. Turns go
 * on in between, and a session whose own turn has come is left to that. Task thread only.
 */
final class WarmStart {
  private static final Logger LOG = LoggerFactory.getLogger(WarmStart.class);

  private record Candidate(String key, long lastUsedMillis, int tokens) {}

  private final KeyedAsyncContext<Result> context;
  private final Engine engine;
  private final SessionStore store;
  private final Warming warming;

  /** Of the device's room, in tokens. */
  private final long share;

  /** The one that would be left out first on top. */
  private final PriorityQueue<Candidate> found =
      new PriorityQueue<>(Comparator.comparingLong(Candidate::lastUsedMillis));

  private final Deque<Candidate> waiting = new ArrayDeque<>();
  private long foundTokens;
  private int sessions;
  private long tokens;

  /**
   * @param share of the device's room for KV, 0 to 1
   */
  WarmStart(
      KeyedAsyncContext<Result> context,
      Engine engine,
      SessionStore store,
      Warming warming,
      double share) {
    this.context = context;
    this.engine = engine;
    this.store = store;
    this.warming = warming;
    this.share = (long) (share * engine.totalTokens());
  }

  /** Looks at the header of every session once, then begins. */
  void begin() {
    if (share > 0 && context.isRestored()) {
      context.scan(
          String.class, SessionStore.HEADER, (key, busy, out) -> find(key), out -> bringAll());
    }
  }

  private void find(String key) throws Exception {
    SessionHeader header = SessionKeys.isSessionless(key) ? null : store.header();
    if (header == null || header.kvTokens() == 0) {
      return;
    }
    found.add(new Candidate(key, header.lastUsedMillis(), header.tokens()));
    foundTokens += header.tokens();
    while (foundTokens > share) {
      foundTokens -= found.remove().tokens();
    }
  }

  private void bringAll() {
    List<Candidate> oldestFirst = new ArrayList<>();
    while (!found.isEmpty()) {
      oldestFirst.add(found.remove());
    }
    oldestFirst.forEach(waiting::addFirst);
    next();
  }

  private void next() {
    Candidate candidate = waiting.poll();
    if (candidate == null || engine.usedTokens() + candidate.tokens() > share) {
      waiting.clear();
      LOG.info("KV of {} sessions, {} tokens, is on the device ahead of use", sessions, tokens);
      return;
    }
    context.visit(candidate.key(), (key, busy, out) -> bring(key, busy));
  }

  private void bring(String key, boolean busy) throws Exception {
    SessionHeader header = busy ? null : store.header();
    if (header == null || header.kvTokens() == 0) {
      next();
      return;
    }
    if (header.pinned()) {
      engine.copies().setPinned(key, true);
    }
    try {
      var unused =
          warming
              .warm(key, header)
              .thenAccept(warmed -> context.execute(out -> brought(warming.count(warmed))));
    } catch (CaudalException e) {
      LOG.info("session {} is not brought to the device: {}", key, e.getMessage());
      next();
    }
  }

  private void brought(int now) {
    sessions += now > 0 ? 1 : 0;
    tokens += now;
    next();
  }
}
