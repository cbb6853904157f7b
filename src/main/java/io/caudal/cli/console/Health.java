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
    checks.add(EngineChecks.model(all.fleet()));
    checks.addAll(EngineChecks.devices(all.fleet()));
    checks.add(JobChecks.stateBackend(all));
    checks.add(JobChecks.checkpoints(all));
    checks.add(EngineChecks.queue(all.fleet()));
    checks.add(EngineChecks.requests(all.fleet()));
    checks.add(EngineChecks.settings(all.fleet()));
    checks.addAll(EngineChecks.disks(all.fleet()));
    return new Health(checks);
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
