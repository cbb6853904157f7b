package io.caudal.analytics.health;

import io.caudal.analytics.Fleet;
import java.util.ArrayList;
import java.util.List;

/**
 * How a running Caudal does: overall as its worst component.
 *
 * @param checks of each component
 */
public record Health(List<Check> checks) {

  public static Health of(Surroundings all) {
    List<Check> checks = new ArrayList<>();
    checks.add(JobChecks.broker(all.broker()));
    checks.add(JobChecks.job(all));
    checks.add(EngineChecks.reports(all.fleet(), all.nowMillis()));
    checks.addAll(EngineChecks.engines(all.fleet(), all.nowMillis()));
    checks.add(JobChecks.stateBackend(stateBackend(all)));
    checks.add(JobChecks.checkpoints(all.job(), all.nowMillis()));
    checks.addAll(reported(all.fleet(), all.nowMillis()));
    return new Health(checks);
  }

  /** As the job sees it that publishes it: a broker that takes what it says is well enough. */
  public static Health of(JobRun run, Fleet fleet, long nowMillis) {
    List<Check> checks = new ArrayList<>();
    checks.add(JobChecks.job(run, nowMillis));
    checks.add(EngineChecks.reports(fleet, nowMillis));
    checks.addAll(EngineChecks.engines(fleet, nowMillis));
    checks.add(JobChecks.stateBackend(stateBackend(fleet)));
    checks.add(JobChecks.checkpoints(run.checkpoints(), run.startMillis(), nowMillis));
    checks.addAll(reported(fleet, nowMillis));
    return new Health(checks);
  }

  private static String stateBackend(Surroundings all) {
    String reported = stateBackend(all.fleet());
    return reported.isEmpty() && all.job() != null ? all.job().stateBackend() : reported;
  }

  private static String stateBackend(Fleet fleet) {
    return fleet.members().stream()
        .map(member -> member.newest().about().stateBackend())
        .filter(backend -> !backend.isEmpty())
        .findFirst()
        .orElse("");
  }

  private static List<Check> reported(Fleet fleet, long nowMillis) {
    boolean fresh = fleet.isAlive(nowMillis) || fleet.subtasks() == 0;
    return reported(fleet).stream().map(check -> fresh ? check : lastHeard(check)).toList();
  }

  private static List<Check> reported(Fleet fleet) {
    List<Check> checks = new ArrayList<>();
    checks.add(EngineChecks.model(fleet));
    checks.addAll(EngineChecks.devices(fleet));
    checks.add(EngineChecks.queue(fleet));
    checks.add(EngineChecks.requests(fleet));
    checks.add(EngineChecks.storedKv(fleet));
    checks.add(EngineChecks.settings(fleet));
    checks.addAll(EngineChecks.disks(fleet));
    return checks;
  }

  /** What was fine when somebody reported last need not be so now. */
  private static Check lastHeard(Check check) {
    return new Check(
        check.component(),
        check.status().worse(Status.DEGRADED),
        "not known; last heard: " + check.finding(),
        check.remedy());
  }

  public Status overall() {
    return checks.stream().map(Check::status).reduce(Status.HEALTHY, Status::worse);
  }

  /** What to do, worst first. */
  public List<String> recommendations() {
    return checks.stream()
        .filter(check -> !check.remedy().isEmpty())
        .sorted((a, b) -> b.status().compareTo(a.status()))
        .map(check -> check.component() + ": " + check.remedy())
        .toList();
  }
}
