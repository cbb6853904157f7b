package io.caudal.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/**
 * All requests of a run, fixed beforehand. Users take turns at the arrivals, so that each of them
 * asks every {@code users / rate} seconds, as in LMCache's benchmark.
 *
 * @param lanes turns that go one after the other: a turn is due at its time, but not before the
 *     lane's previous one is answered
 */
record Plan(List<List<Turn>> lanes) {

  /** The plan of a load. At rate 0, a lane is a user, and else a session. */
  static Plan of(Load load) {
    return new Planner(load).plan();
  }

  /** One turn in each of {@code sessions} sessions, at once. */
  static Plan warmup(Load load) {
    Shape s = load.shape();
    Shape once =
        new Shape(
            Math.max(1, Math.min(s.users(), load.warmup())),
            load.warmup(),
            Spread.of(1),
            s.systemTokens(),
            s.historyTokens(),
            s.questionTokens(),
            s.answerTokens(),
            0,
            false);
    return of(new Load(load.name(), once, load.arrivals(), 0, ~load.seed(), 0));
  }

  int turns() {
    return lanes.stream().mapToInt(List::size).sum();
  }

  private static final class Planner {
    private final Load load;
    private final Shape shape;
    private final SplittableRandom random;
    private final LongSupplier times;
    private final Map<Integer, List<Turn>> lanes = new LinkedHashMap<>();
    private final List<Session> users = new ArrayList<>();
    private int sessions;

    Planner(Load load) {
      this.load = load;
      this.shape = load.shape();
      this.random = new SplittableRandom(load.seed());
      this.times =
          shape.rate() == 0 ? () -> 0 : load.arrivals().times(shape.rate(), random.split());
    }

    Plan plan() {
      for (int user = 0; user < shape.users() && mayBegin(); user++) {
        Session session = new Session();
        session.round = shape.staggered() ? user * session.rounds / shape.users() : 0;
        users.add(session);
      }
      long end = load.durationSeconds() * 1_000_000_000L;
      int going = users.size();
      for (int user = 0; going > 0; user = (user + 1) % users.size()) {
        long at = times.getAsLong();
        if (end > 0 && at >= end) {
          break;
        }
        Session session = users.get(user);
        if (session.isOver()) {
          continue; // whose arrivals nobody takes, so that the others keep their pace
        }
        int lane = shape.rate() == 0 ? user : session.number;
        lanes.computeIfAbsent(lane, n -> new ArrayList<>()).add(session.turn(at));
        if (session.isOver()) {
          if (mayBegin()) {
            users.set(user, new Session());
          } else {
            going--;
          }
        }
      }
      return new Plan(List.copyOf(lanes.values()));
    }

    private boolean mayBegin() {
      return load.durationSeconds() > 0 || sessions < shape.sessions();
    }

    private final class Session {
      private final int number = sessions++;
      private final SplittableRandom own = random.split();
      private final int rounds = Math.max(1, shape.rounds().draw(own));
      private final int history = shape.historyTokens().draw(own);
      private int round;
      private boolean begun;

      boolean isOver() {
        return round >= rounds;
      }

      Turn turn(long atNanos) {
        boolean first = !begun;
        begun = true;
        return new Turn(
            number,
            round++,
            first,
            atNanos,
            first ? shape.systemTokens() : 0,
            first ? history : 0,
            Math.max(1, shape.questionTokens().draw(own)),
            Math.max(1, shape.answerTokens().draw(own)));
      }
    }
  }
}
