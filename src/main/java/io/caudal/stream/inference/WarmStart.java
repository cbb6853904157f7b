package io.caudal.stream.inference;

import io.caudal.config.KvSettings;
import io.caudal.engine.host.Engine;
import io.caudal.error.CaudalException;
import io.caudal.protocol.Result;
import io.caudal.protocol.SessionKeys;
import io.caudal.stream.operator.KeyedAsyncContext;
import io.caudal.stream.state.SessionHeader;
import io.caudal.stream.state.SessionStore;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * After a restart, brings KV from state to the device before anybody asks for it: of the sessions
 * that were used last, one after the other, until a share of the device's room is in use. Turns go
 * first: it waits while there are requests, and a session is left to its own turn if that has come
 * or if too much KV waits on the heap. Task thread only.
 */
final class WarmStart {
  private static final Logger LOG = LoggerFactory.getLogger(WarmStart.class);

  /**
   * While there are requests, it looks again after this, and after a minute doesn't wait for it.
   */
  private static final Duration PAUSE = Duration.ofMillis(100);

  private static final int MOST_PAUSES = 600;

  private static final int AFTER_ALL = Integer.MIN_VALUE;

  /** More than the device rounds a session's room up by. */
  private static final int ROUNDING = 64;

  /**
   * @param tokens of room that it takes
   */
  private record Candidate(String key, long lastUsedMillis, int tokens) {}

  private final KeyedAsyncContext<Result> context;
  private final Engine engine;
  private final SessionStore store;
  private final Warming warming;
  private final KvSettings kv;

  /** Of the device's room, in tokens. */
  private final long share;

  /** The one that would be left out first on top. */
  private final PriorityQueue<Candidate> found =
      new PriorityQueue<>(Comparator.comparingLong(Candidate::lastUsedMillis));

  private long foundTokens;
  private int pauses;
  private int sessions;
  private long tokens;

  WarmStart(
      KeyedAsyncContext<Result> context,
      Engine engine,
      SessionStore store,
      Warming warming,
      KvSettings kv) {
    this.context = context;
    this.engine = engine;
    this.store = store;
    this.warming = warming;
    this.kv = kv;
    this.share = (long) (kv.warmStart() * kv.deviceTokens());
  }

  /** Looks at the header of every session once, then begins. */
  void begin() {
    if (share > 0 && context.isRestored()) {
      context.scan(String.class, SessionStore.HEADER, (key, busy, out) -> find(key), out -> next());
    }
  }

  private void find(String key) throws Exception {
    SessionHeader header = SessionKeys.isSessionless(key) ? null : store.header();
    if (header == null || header.kvTokens() == 0 || header.tokens() + ROUNDING > share) {
      return;
    }
    int room = header.tokens() + ROUNDING;
    found.add(new Candidate(key, header.lastUsedMillis(), room));
    foundTokens += room;
    while (foundTokens > share) {
      foundTokens -= found.remove().tokens();
    }
  }

  /** The one used last comes last, so that eviction takes it for what it is. */
  private void next() {
    if (!found.isEmpty() && pauses < MOST_PAUSES && isWorking()) {
      pauses++;
      context.after(PAUSE, out -> next());
      return;
    }
    Candidate candidate = found.poll();
    while (candidate != null && engine.usedTokens() + candidate.tokens() > share) {
      candidate = found.poll();
    }
    if (candidate == null) {
      end();
    } else {
      context.visit(candidate.key(), (key, busy, out) -> bring(key, busy, false));
    }
  }

  private boolean isWorking() {
    return context.inFlight().atHand() > 0 || engine.unfinished() > 0;
  }

  private void end() {
    found.clear();
    LOG.info("KV of {} sessions, {} tokens, is on the device ahead of use", sessions, tokens);
  }

  /**
   * @param begun whether its beginning has been computed, if that could be done
   */
  private void bring(String key, boolean busy, boolean begun) throws Exception {
    SessionHeader header = busy ? null : store.header();
    if (header == null || !mayRead(header)) {
      next();
      return;
    }
    if (header.pinned()) {
      engine.copies().setPinned(key, true);
    }
    try {
      if (!warming.lacksBeginning(key, header)) {
        var unused =
            warming
                .warm(key, header, AFTER_ALL)
                .thenAccept(warmed -> context.execute(out -> brought(warming.count(warmed))));
      } else if (begun) {
        next();
      } else {
        // A turn may come meanwhile: what has become of the session is looked at anew.
        var unused =
            warming
                .begin(key, header, AFTER_ALL)
                .thenRun(() -> context.execute(out -> bringAgain(key)));
      }
    } catch (CaudalException e) {
      LOG.info("session {} is not brought to the device: {}", key, e.getMessage());
      next();
    }
  }

  private void bringAgain(String session) {
    context.visit(session, (key, busy, out) -> bring(key, busy, true));
  }

  /** As for a turn: what is read is on the heap until the device has it. */
  private boolean mayRead(SessionHeader header) {
    double heap = Runtime.getRuntime().maxMemory();
    return header.kvBytes() > 0 && engine.waitingBytes() + header.kvBytes() <= kv.waitingRoom(heap);
  }

  private void brought(int now) {
    if (now == 0) {
      end(); // turns have the room
      return;
    }
    sessions++;
    tokens += now;
    next();
  }
}
