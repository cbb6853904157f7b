package io.caudal.cli.console;

import io.caudal.analytics.Fleet;
import io.caudal.cli.client.ControlLine;
import io.caudal.cli.client.Dated;
import io.caudal.cli.client.SessionLine;
import io.caudal.cli.client.TopicTail;
import io.caudal.config.KafkaSettings;
import io.caudal.protocol.CacheTier;
import io.caudal.protocol.ControlAck;
import io.caudal.protocol.ControlAckJson;
import io.caudal.protocol.ControlAction;
import io.caudal.protocol.ControlChange;
import io.caudal.protocol.ControlChangeJson;
import io.caudal.protocol.MetricsJson;
import io.caudal.protocol.MetricsRecord;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/** A running Caudal as its topics show it. Each call reads anew. */
public final class Console {
  /** Of each partition, to find who has not reported for long; enough for a usual job's minutes. */
  private static final long OLD_RECORDS = 300;

  /** What commands look at, if not told otherwise. */
  private static final long RECENT_MILLIS = 60_000;

  /** So that there is a record before a window, whose counters are where it begins. */
  private static final long BEFORE_MILLIS = 60_000;

  /** With fewer records of a subtask, little can be said of it. */
  private static final int LEAST_RUN = 4;

  private static final long ACK_RECORDS = 1_000;

  private final KafkaSettings kafka;

  public Console(KafkaSettings kafka) {
    this.kafka = kafka;
  }

  /**
   * The job's subtasks, with the last minute's records of each and some before; of those that are
   * silent the newest, if it isn't too long ago.
   *
   * @throws io.caudal.error.CaudalException {@code BROKER_UNREACHABLE}, as all of these
   */
  public Fleet fleet() {
    return fleetOver(RECENT_MILLIS);
  }

  /** As {@link #fleet}, with the records of so many milliseconds. */
  public Fleet fleetOver(long millis) {
    List<MetricsRecord> recent = records(System.currentTimeMillis() - millis - BEFORE_MILLIS);
    Fleet fleet = Fleet.of(recent);
    boolean complete = fleet.subtasks() > 0 && fleet.members().size() == fleet.subtasks();
    if (complete && fleet.members().stream().allMatch(one -> one.run().size() >= LEAST_RUN)) {
      return fleet;
    }
    Set<MetricsRecord> all = new LinkedHashSet<>(recent);
    TopicTail.read(kafka, kafka.metricsTopic(), OLD_RECORDS, MetricsJson::read)
        .forEach(one -> all.add(one.record()));
    return Fleet.of(List.copyOf(all));
  }

  /** As {@link #fleet}, with all records since then, and some before to count from. */
  public Fleet fleetSince(long sinceMillis) {
    return Fleet.of(records(sinceMillis - BEFORE_MILLIS));
  }

  /** Metrics records since then, in the order of their times. */
  public List<MetricsRecord> records(long sinceMillis) {
    return TopicTail.since(kafka, kafka.metricsTopic(), sinceMillis, MetricsJson::read).stream()
        .map(Dated::record)
        .toList();
  }

  /** The settings in force in them. */
  public InForce inForce(Fleet fleet) {
    return InForce.of(fleet, acks(ACK_RECORDS));
  }

  /** All changes that the control topic has kept. */
  public List<ChangeLog.Entry> history() {
    return ChangeLog.of(changes(), acks(Long.MAX_VALUE));
  }

  /** Sends a change and waits for what subtasks make of it. */
  public ChangeOutcome change(ControlChange change, Duration limit) {
    try (ControlLine line = ControlLine.open(kafka)) {
      return new ChangeOutcome(line.change(change, limit));
    }
  }

  /**
   * Has every subtask do something.
   *
   * @param reports told every acknowledgement as it comes
   */
  public ChangeOutcome act(
      ControlAction action,
      String changeId,
      String by,
      Duration limit,
      Consumer<ControlAck> reports) {
    try (ControlLine line = ControlLine.open(kafka)) {
      ChangeOutcome outcome =
          new ChangeOutcome(line.act(ControlChange.of(changeId, action, by), limit, reports));
      if (action.kind() == ControlAction.Kind.LIST_SESSIONS) {
        line.takeBack(changeId); // a question is no part of the history
      }
      return outcome;
    }
  }

  /**
   * Has the job keep its results back for a while, so that a savepoint that ends it has none to
   * commit.
   *
   * @param longest how long at most
   * @param limit wait for acknowledgements
   */
  public ChangeOutcome holdResults(Duration longest, Duration limit) {
    return results(
        ControlAction.Kind.HOLD_RESULTS, System.currentTimeMillis() + longest.toMillis(), limit);
  }

  /** Has the job go on with its results. */
  public ChangeOutcome releaseResults(Duration limit) {
    return results(ControlAction.Kind.RELEASE_RESULTS, Long.MAX_VALUE, limit);
  }

  private ChangeOutcome results(ControlAction.Kind kind, long notAfterMillis, Duration limit) {
    ControlAction action = new ControlAction(kind, null, null, null, CacheTier.ALL, notAfterMillis);
    String id = "hold-" + UUID.randomUUID();
    return act(action, id, System.getProperty("user.name", ""), limit, ack -> {});
  }

  /** Asks for one session, or does something to it. */
  public SessionLine sessions(Duration limit) {
    return SessionLine.open(kafka, limit);
  }

  private List<Dated<ControlChange>> changes() {
    return TopicTail.read(kafka, kafka.controlTopic(), Long.MAX_VALUE, ControlChangeJson::read)
        .stream()
        .filter(change -> !isQuestion(change.record()))
        .toList();
  }

  private static boolean isQuestion(ControlChange change) {
    ControlAction action = change.action();
    return action != null && action.kind() == ControlAction.Kind.LIST_SESSIONS;
  }

  private List<Dated<ControlAck>> acks(long most) {
    return TopicTail.read(kafka, kafka.acksTopic(), most, ControlAckJson::read);
  }
}
