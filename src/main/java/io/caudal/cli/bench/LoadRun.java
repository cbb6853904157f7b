package io.caudal.cli.bench;

import io.caudal.protocol.Result;
import io.caudal.protocol.TokenChunk;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * Sends a plan's turns when they are due and writes down what comes back. Sending waits for no
 * answer but that of the lane's previous turn, and then the turn's latency still counts from its
 * intended start (Tene: coordinated omission; Schroeder et al. 2006: partly-open load).
 */
final class LoadRun implements TargetListener {
  private static final Duration MOST_POLL = Duration.ofMillis(20);
  private static final long PROGRESS_NANOS = 1_000_000_000L;

  private final Target target;
  private final Script script;
  private final String name;
  private final Duration patience;
  private final Consumer<RunProgress> progress;
  private final PriorityQueue<Lane> ready =
      new PriorityQueue<>(Comparator.comparingLong(Lane::atNanos).thenComparingInt(l -> l.number));
  private final Map<String, Lane> waiting = new HashMap<>();
  private final Map<String, Exchange> exchanges = new HashMap<>();
  private final List<Exchange> sent = new ArrayList<>();
  private final int planned;
  private final boolean scheduled;
  private long startNanos;
  private long heardNanos;
  private int withResult;
  private long lastNanos = Long.MAX_VALUE;

  /**
   * @param name begins request and session ids; must be new
   * @param patience how long nothing may come while something is asked
   * @param scheduled whether latencies count from the plan's times; without a rate they count from
   *     sending
   * @param progress told about every second
   */
  LoadRun(
      Target target,
      Plan plan,
      Script script,
      String name,
      boolean scheduled,
      Duration patience,
      Consumer<RunProgress> progress) {
    this.target = target;
    this.script = script;
    this.name = name;
    this.scheduled = scheduled;
    this.patience = patience;
    this.progress = progress;
    this.planned = plan.turns();
    plan.lanes().forEach(turns -> ready.add(new Lane(ready.size(), turns)));
  }

  /** Sends nothing after so long; what was sent is waited for, and is all that was planned. */
  LoadRun endAfter(Duration limit) {
    lastNanos = limit.toNanos();
    return this;
  }

  /** Runs until every turn has its result, or nothing has come for longer than the patience. */
  Outcome run() {
    startNanos = System.nanoTime();
    heardNanos = startNanos;
    long told = startNanos;
    while (withResult < planned()) {
      long now = System.nanoTime();
      sendDue(now);
      if (sent.size() == withResult) {
        heardNanos = now;
      } else if (now - heardNanos > patience.toNanos()) {
        break;
      }
      if (now - told >= PROGRESS_NANOS) {
        told = now;
        progress.accept(RunProgress.of(planned, sent, startNanos, now));
      }
      target.poll(untilDue(System.nanoTime()), this);
    }
    return new Outcome(planned(), startNanos, List.copyOf(sent));
  }

  private int planned() {
    return isOver(System.nanoTime()) ? sent.size() : planned;
  }

  private boolean isOver(long now) {
    return now - startNanos >= lastNanos;
  }

  private void sendDue(long now) {
    while (!isOver(now) && !ready.isEmpty() && ready.element().atNanos() <= now - startNanos) {
      Lane lane = ready.remove();
      Turn turn = lane.left.remove();
      String session = name + "-" + turn.session();
      String id = session + "-" + turn.round();
      String text = script.text(turn);
      long sending = System.nanoTime();
      Exchange exchange =
          new Exchange(turn, scheduled ? startNanos + turn.atNanos() : sending, sending);
      sent.add(exchange);
      exchanges.put(id, exchange);
      waiting.put(id, lane);
      target.send(id, session, text, turn.answerTokens());
    }
  }

  private Duration untilDue(long now) {
    if (ready.isEmpty() || isOver(now)) {
      return MOST_POLL;
    }
    Duration due = Duration.ofNanos(Math.max(0, ready.element().atNanos() + startNanos - now));
    return due.compareTo(MOST_POLL) < 0 ? due : MOST_POLL;
  }

  @Override
  public void onPiece(TokenChunk piece, long nanos) {
    Exchange exchange = exchanges.get(piece.requestId());
    if (exchange != null) {
      heardNanos = nanos;
      exchange.accept(piece, nanos);
      goOn(piece.requestId(), exchange);
    }
  }

  @Override
  public void onResult(Result result, long nanos) {
    Exchange exchange = exchanges.get(result.requestId());
    if (exchange != null) {
      heardNanos = nanos;
      withResult += exchange.result() == null ? 1 : 0;
      exchange.accept(result, nanos);
      goOn(result.requestId(), exchange);
    }
  }

  private void goOn(String requestId, Exchange exchange) {
    Lane lane = exchange.isEnded() ? waiting.remove(requestId) : null;
    if (lane != null && !lane.left.isEmpty()) {
      ready.add(lane);
    }
  }

  /**
   * What a run gave.
   *
   * @param planned turns of the plan; fewer are in {@code exchanges} if it was given up
   */
  record Outcome(int planned, long startNanos, List<Exchange> exchanges) {}

  private static final class Lane {
    private final int number;
    private final Deque<Turn> left;

    Lane(int number, List<Turn> turns) {
      this.number = number;
      this.left = new ArrayDeque<>(turns);
    }

    long atNanos() {
      return left.element().atNanos();
    }
  }
}
