package io.caudal.cli.console;

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
    checks.add(EngineChecks.reports(all));
    checks.addAll(EngineChecks.engines(all.fleet(), all.nowMillis()));
    checks.add(JobChecks.stateBackend(all));
    checks.add(JobChecks.checkpoints(all));
    boolean fresh = all.fleet().isAlive(all.nowMillis());
    for (Check check : reported(all.fleet())) {
      checks.add(fresh || all.fleet().subtasks() == 0 ? check : lastHeard(check));
    }
    return new Health(checks);
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
