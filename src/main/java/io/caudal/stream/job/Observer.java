package io.caudal.stream.job;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.analytics.Fleet;
import io.caudal.analytics.JobView.Checkpoints;
import io.caudal.analytics.health.Check;
import io.caudal.analytics.health.Health;
import io.caudal.analytics.health.HealthJson;
import io.caudal.analytics.health.JobRun;
import io.caudal.analytics.health.Status;
import io.caudal.analytics.report.Report;
import io.caudal.analytics.report.ReportJson;
import io.caudal.config.JobSettings;
import io.caudal.protocol.MetricsRecord;
import io.caudal.stream.io.Insight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Folds all subtasks' metrics into the job's health, told when a component's status changes and
 * with each report, and into reports, one each {@code metrics.report-interval}. It has one subtask
 * itself and no state: after a restart it looks anew.
 */
final class Observer extends AbstractStreamOperator<Insight>
    implements OneInputStreamOperator<MetricsRecord, Insight> {
  private static final long serialVersionUID = 1;

  /** Checks look back so far. */
  private static final long HEALTH_MILLIS = 60_000;

  private static final long GRACE_MILLIS = 5_000;

  private final long intervalMillis;
  private final long reportMillis;
  private final long checkpointMillis;

  private transient @Nullable List<MetricsRecord> records;
  private transient @Nullable TreeMap<Long, Long> checkpointStarts;
  private transient @Nullable ScheduledFuture<?> looks;
  private transient Map<String, Status> told = Map.of();
  private transient long startMillis;
  private transient long reportedMillis;
  private transient long completed;
  private transient long failed;
  private transient long newestMillis;
  private transient long newestDuration;
  private transient long lastFailureMillis;
  private transient volatile int status;

  /**
   * @param checkpointMillis time between two checkpoints; 0 if there are none
   */
  Observer(JobSettings settings, long checkpointMillis) {
    this.intervalMillis = settings.metricsInterval().toMillis();
    this.reportMillis = settings.reportInterval().toMillis();
    this.checkpointMillis = checkpointMillis;
  }

  @Override
  public void open() throws Exception {
    super.open();
    records = new ArrayList<>();
    checkpointStarts = new TreeMap<>();
    told = Map.of();
    startMillis = getProcessingTimeService().getCurrentProcessingTime();
    reportedMillis = startMillis;
    status = -1;
    getMetricGroup().addGroup("caudal").gauge("health", () -> status);
    looks =
        getProcessingTimeService()
            .scheduleWithFixedDelay(this::look, intervalMillis, intervalMillis);
  }

  @Override
  public void close() throws Exception {
    if (looks != null) {
      looks.cancel(false);
    }
    super.close();
  }

  @Override
  public void processElement(StreamRecord<MetricsRecord> element) {
    if (records != null) {
      records.add(element.getValue().withoutTimeline());
    }
  }

  private void look(long nowMillis) {
    if (records == null) {
      return;
    }
    long keep = Math.max(HEALTH_MILLIS, reportMillis) + 2 * intervalMillis;
    records.removeIf(record -> record.windowEndMillis() < nowMillis - keep);
    Fleet fleet = Fleet.of(records);
    boolean complete = fleet.subtasks() > 0 && fleet.members().size() == fleet.subtasks();
    if (!complete && nowMillis < startMillis + GRACE_MILLIS + 3 * intervalMillis) {
      return; // they have just started, and have nothing to tell yet
    }
    boolean due = reportMillis > 0 && nowMillis >= reportedMillis + reportMillis;
    tell(Health.of(run(), fleet, nowMillis), due, nowMillis);
    if (due) {
      reportedMillis = nowMillis;
      emit("report", ReportJson.of(Report.of(fleet, reportMillis, null), nowMillis));
    }
  }

  private void tell(Health health, boolean due, long nowMillis) {
    Map<String, Status> now = new LinkedHashMap<>();
    health.checks().forEach(check -> now.put(check.component(), check.status()));
    status = health.overall().exitCode();
    if (now.equals(told) && !due) {
      return;
    }
    ObjectNode json = HealthJson.of(health, nowMillis);
    ArrayNode changed = json.putArray("changed");
    health.checks().stream()
        .filter(check -> check.status() != told.get(check.component()))
        .map(Check::component)
        .forEach(changed::add);
    told = now;
    emit("health", json);
  }

  private void emit(String type, ObjectNode json) {
    output.collect(new StreamRecord<>(new Insight(type, json.toString())));
  }

  private JobRun run() {
    return new JobRun(
        startMillis,
        getRuntimeContext().getTaskInfo().getAttemptNumber(),
        new Checkpoints(
            checkpointMillis,
            completed,
            failed,
            newestMillis,
            -1,
            -1,
            newestDuration,
            lastFailureMillis,
            ""));
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    if (checkpointStarts != null) {
      checkpointStarts.put(
          context.getCheckpointId(), getProcessingTimeService().getCurrentProcessingTime());
    }
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    if (checkpointStarts != null) {
      completed++;
      newestMillis = getProcessingTimeService().getCurrentProcessingTime();
      newestDuration = newestMillis - checkpointStarts.getOrDefault(checkpointId, newestMillis);
      checkpointStarts.headMap(checkpointId, true).clear();
    }
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    super.notifyCheckpointAborted(checkpointId);
    failed++;
    lastFailureMillis = getProcessingTimeService().getCurrentProcessingTime();
    if (checkpointStarts != null) {
      checkpointStarts.remove(checkpointId);
    }
  }
}
