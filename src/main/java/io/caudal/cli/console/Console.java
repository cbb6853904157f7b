package io.caudal.cli.console;

import io.caudal.cli.client.ControlLine;
import io.caudal.cli.client.Dated;
import io.caudal.cli.client.SessionLine;
import io.caudal.cli.client.TopicTail;
import io.caudal.config.KafkaSettings;
import io.caudal.protocol.ControlAck;
import io.caudal.protocol.ControlAckJson;
import io.caudal.protocol.ControlAction;
import io.caudal.protocol.ControlChange;
import io.caudal.protocol.ControlChangeJson;
import io.caudal.protocol.MetricsJson;
import io.caudal.protocol.MetricsRecord;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** A running Caudal as its topics show it. Each call reads anew. */
public final class Console {
  /** Enough for some minutes of a usual job. */
  private static final long METRICS_RECORDS = 300;

  private static final long ACK_RECORDS = 1_000;

  private final KafkaSettings kafka;

  public Console(KafkaSettings kafka) {
    this.kafka = kafka;
  }

  /**
   * The job's subtasks.
   *
   * @throws io.caudal.error.CaudalException {@code BROKER_UNREACHABLE}, as all of these
   */
  public Fleet fleet() {
    List<MetricsRecord> records =
        TopicTail.read(kafka, kafka.metricsTopic(), METRICS_RECORDS, MetricsJson::read).stream()
            .map(Dated::record)
            .toList();
    return Fleet.of(records);
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
