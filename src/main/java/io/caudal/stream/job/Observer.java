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
import io.caudal.stream.io.Observation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Folds all subtasks' metrics into the job's health, told when a component's status changes and
 * with each report, and into reports, one each {@code metrics.report-interval}. It has one subtask
 * itself and nothing in checkpoints: after a restart it looks anew.
 */
final class Observer extends AbstractStreamOperator<Observation>
    implements OneInputStreamOperator<MetricsRecord, Observation> {
  private static final long serialVersionUID = 1;

  /** Checks look back so far. */
  private static final long HEALTH_MILLIS = 60_000;

  /** A model of many gigabytes is loaded in that time; who has not reported then is missed. */
  private static final long START_MILLIS = 300_000;

  private final long intervalMillis;
  private final long reportMillis;
  private final long checkpointMillis;
  private final TreeMap<Integer, RecentReports> reports = new TreeMap<>();
  private final TreeMap<String, Status> told = new TreeMap<>();

  private long startMillis;
  private long reportedMillis;

  /** When a look came late the last time. */
  private long heldMillis;

  private long completed;
  private long failed;
  private long completedMillis;
  private long failedMillis;
  private boolean cannotTell;
  private volatile int status = -1;

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
    startMillis = now();
    reportedMillis = startMillis;
    getMetricGroup().addGroup("caudal").gauge("health", () -> status);
    var unused = // the service ends it before the operator closes
        getProcessingTimeService()
            .scheduleWithFixedDelay(this::look, intervalMillis, intervalMillis);
  }

  @Override
  public void processElement(StreamRecord<MetricsRecord> element) {
    MetricsRecord record = element.getValue();
    long longest = Math.max(HEALTH_MILLIS, Math.max(2 * reportMillis, 4 * intervalMillis));
    reports.computeIfAbsent(record.subtask(), key -> new RecentReports(longest)).add(record);
  }

  /**
   * @param due when this look should have been
   */
  private void look(long due) {
    long now = now();
    if (now > due + intervalMillis) {
      heldMillis = now;
    }
    if (now < heldMillis + intervalMillis) {
      return; // this task was held: what others have reported meanwhile is not read yet
    }
    List<Observation> observations = new ArrayList<>();
    try {
      observe(now, observations);
    } catch (RuntimeException e) {
      // Requests must be answered, whatever can't be said of them. The same again would be noise.
      if (!cannotTell) {
        LOG.error("the job can't tell its health, or can't report", e);
      }
      cannotTell = true;
    }
    // The sink's failures are none of ours.
    observations.forEach(one -> output.collect(new StreamRecord<>(one)));
  }

  private void observe(long now, List<Observation> observations) {
    Fleet fleet = Fleet.of(reports.values().stream().flatMap(RecentReports::all).toList());
    boolean complete = fleet.subtasks() > 0 && fleet.members().size() == fleet.subtasks();
    if (!complete && now < startMillis + START_MILLIS) {
      return;
    }
    boolean due = reportMillis > 0 && now >= reportedMillis + reportMillis;
    Health health = Health.of(run(), fleet, now);
    status = health.overall().exitCode();
    Map<String, Status> statuses = new LinkedHashMap<>();
    health.checks().forEach(check -> statuses.put(check.component(), check.status()));
    if (due || !statuses.equals(told)) {
      observations.add(new Observation("health", json(health, now).toString()));
      told.clear();
      told.putAll(statuses);
    }
    if (due) {
      // Windows end when they end: half of one more, so that each is in one report.
      long window = now - reportedMillis + intervalMillis / 2;
      reportedMillis = now;
      ObjectNode report = ReportJson.of(Report.of(fleet, window, null), now);
      observations.add(new Observation("report", report.toString()));
    }
  }

  private ObjectNode json(Health health, long now) {
    TreeSet<String> changed = new TreeSet<>(told.keySet());
    for (Check check : health.checks()) {
      if (check.status() == told.get(check.component())) {
        changed.remove(check.component());
      } else {
        changed.add(check.component());
      }
    }
    ObjectNode json = HealthJson.of(health, now);
    ArrayNode names = json.putArray("changed");
    changed.forEach(names::add);
    return json;
  }

  private JobRun run() {
    Checkpoints checkpoints =
        new Checkpoints(
            checkpointMillis, completed, failed, completedMillis, -1, -1, -1, failedMillis, "");
    return new JobRun(
        startMillis, getRuntimeContext().getTaskInfo().getAttemptNumber(), checkpoints);
  }

  private long now() {
    return getProcessingTimeService().getCurrentProcessingTime();
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    completed++;
    completedMillis = now();
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    super.notifyCheckpointAborted(checkpointId);
    failed++;
    failedMillis = now();
  }
}
