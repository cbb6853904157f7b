package io.caudal.stream.inference;

import io.caudal.engine.host.Engine;
import io.caudal.kv.Beginning;
import io.caudal.kv.Freed;
import io.caudal.protocol.CacheTier;
import io.caudal.protocol.ControlAck;
import io.caudal.protocol.ControlAction;
import io.caudal.protocol.ControlChange;
import io.caudal.protocol.ControlReport;
import io.caudal.protocol.Removed;
import io.caudal.protocol.Result;
import io.caudal.protocol.SessionInfo;
import io.caudal.protocol.SessionKeys;
import io.caudal.stream.operator.Emitter;
import io.caudal.stream.operator.KeyedAsyncContext;
import io.caudal.stream.state.SessionHeader;
import io.caudal.stream.state.SessionStore;
import io.caudal.stream.state.StoredKv;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Control actions. Those on all sessions of a subtask walk over the keyed state, some keys at a
 * time. Task thread only.
 */
final class SessionSweep {
  private static final int PAGE_SESSIONS = 200;
  private static final int BATCH_SESSIONS = 1000;

  private final KeyedAsyncContext<Result> context;
  private final Engine engine;
  private final SessionStore store;
  private final SessionInfos infos;
  private final LiveSettings live;
  private final ResultHold hold;

  SessionSweep(
      KeyedAsyncContext<Result> context,
      Engine engine,
      SessionStore store,
      SessionInfos infos,
      LiveSettings live,
      ResultHold hold) {
    this.context = context;
    this.engine = engine;
    this.store = store;
    this.infos = infos;
    this.live = live;
    this.hold = hold;
  }

  void start(ControlChange change, ControlAction action, Emitter<Result> out) throws Exception {
    long now = context.currentTimeMillis();
    if (now > action.notAfterMillis()) {
      String problem =
          "came " + (now - action.notAfterMillis()) + " ms after not_after_ms; nothing was done";
      out.emit(Outputs.ACKS, ack(change, List.of(problem), null));
      return;
    }
    List<Beginning> beginnings = Beginnings.of(action, engine.text(), now);
    switch (action.kind()) {
      case HOLD_RESULTS -> {
        hold.begin(action.heldUntil(now));
        out.emit(Outputs.ACKS, ack(change, List.of(), null));
      }
      case RELEASE_RESULTS -> {
        hold.end();
        out.emit(Outputs.ACKS, ack(change, List.of(), null));
      }
      case LIST_SESSIONS -> list(change, action, beginnings);
      case CLEAR_CACHE -> clear(change, action, beginnings);
    }
  }

  private void list(ControlChange change, ControlAction action, List<Beginning> beginnings) {
    List<SessionInfo> page = new ArrayList<>();
    int[] pages = {0};
    context.scan(
        String.class,
        SessionStore.HEADER,
        (key, busy, out) -> {
          SessionHeader header = wanted(key, action, beginnings);
          if (header != null) {
            page.add(infos.of(key, header, busy));
          }
          if (page.size() == PAGE_SESSIONS) {
            ControlReport report = new ControlReport(null, List.copyOf(page), pages[0]++, false);
            out.emit(Outputs.ACKS, ack(change, List.of(), report));
            page.clear();
          }
        },
        out ->
            out.emit(
                Outputs.ACKS,
                ack(change, List.of(), new ControlReport(null, page, pages[0], true))));
  }

  private void clear(ControlChange change, ControlAction action, List<Beginning> beginnings) {
    Clearing clearing = new Clearing(action.tier());
    context.scan(
        String.class,
        SessionStore.HEADER,
        (key, busy, out) -> {
          SessionHeader header = wanted(key, action, beginnings);
          if (header != null) {
            clearing.session(key, header);
          }
        },
        out -> {
          clearing.release();
          clearing.rest(action, beginnings);
          var unused =
              clearing.freed.thenAccept(
                  freed ->
                      context.execute(
                          to -> {
                            Removed removed = clearing.removed(freed);
                            ControlReport report = new ControlReport(removed, List.of(), 0, true);
                            to.emit(Outputs.ACKS, ack(change, List.of(), report));
                          }));
        });
  }

  /** The session's header if it is one that the action is about; null otherwise. */
  private @Nullable SessionHeader wanted(
      String key, ControlAction action, List<Beginning> beginnings) throws Exception {
    SessionHeader header = SessionKeys.isSessionless(key) ? null : store.header();
    if (header == null || header.tokens() == 0) {
      return null;
    }
    boolean tenant = action.tenant() == null || action.tenant().equals(header.tenant());
    return tenant && (beginnings.isEmpty() || begins(header, beginnings)) ? header : null;
  }

  private boolean begins(SessionHeader header, List<Beginning> beginnings) throws Exception {
    int needed = beginnings.stream().mapToInt(one -> one.needed(header.tokens())).max().orElse(0);
    int[] tokens = store.tokens(needed);
    return beginnings.stream().anyMatch(one -> one.begins(tokens, engine.blockTokens()));
  }

  private ControlAck ack(
      ControlChange change, List<String> problems, @Nullable ControlReport report) {
    var task = context.runtime().getTaskInfo();
    return new ControlAck(
        change.changeId(),
        task.getIndexOfThisSubtask(),
        task.getNumberOfParallelSubtasks(),
        live.version(),
        Map.of(),
        Map.of(),
        problems,
        report);
  }

  /** What one clearing has removed so far. */
  private final class Clearing {
    private final CacheTier tier;
    private final List<String> batch = new ArrayList<>();
    private CompletableFuture<Freed> freed = CompletableFuture.completedFuture(Freed.NONE);
    private long sessions;
    private long stateBytes;

    Clearing(CacheTier tier) {
      this.tier = tier;
    }

    void session(String key, SessionHeader header) throws Exception {
      sessions++;
      if (tier.includes(CacheTier.STATE) && header.kvTokens() > 0) {
        stateBytes += header.kvBytes();
        store.clearBlocks();
        store.setHeader(header.withKv(StoredKv.NONE));
      }
      batch.add(key);
      if (batch.size() == BATCH_SESSIONS) {
        release();
      }
    }

    void release() {
      CompletableFuture<Freed> more = engine.copies().release(List.copyOf(batch), tier);
      freed = freed.thenCombine(more, Freed::plus);
      batch.clear();
    }

    /** What no session of this subtask has, or that others use too. */
    void rest(ControlAction action, List<Beginning> beginnings) {
      if (action.tenant() == null && beginnings.isEmpty()) {
        freed = freed.thenCombine(engine.copies().clear(tier), Freed::plus);
      } else if (tier.includes(CacheTier.HOST)) {
        freed = freed.thenApply(sum -> sum.plus(offHeap(action.tenant(), beginnings)));
      }
    }

    private Freed offHeap(@Nullable String tenant, List<Beginning> beginnings) {
      return beginnings.isEmpty() && tenant != null
          ? engine.copies().clearHost(tenant)
          : beginnings.stream()
              .map(beginning -> engine.copies().clearHost(tenant, beginning))
              .reduce(Freed.NONE, Freed::plus);
    }

    Removed removed(Freed copies) {
      return new Removed(sessions, copies.deviceTokens(), copies.hostBytes(), stateBytes);
    }
  }
}
