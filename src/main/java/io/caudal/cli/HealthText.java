package io.caudal.cli;

import io.caudal.analytics.Text;
import io.caudal.analytics.health.Check;
import io.caudal.analytics.health.Health;
import io.caudal.analytics.health.Surroundings;
import java.util.ArrayList;
import java.util.List;

/** Health for people. */
final class HealthText {
  private HealthText() {}

  static String of(Surroundings all) {
    Health health = Health.of(all);
    List<List<String>> rows = new ArrayList<>();
    for (Check check : health.checks()) {
      rows.add(List.of(check.component(), check.status().label(), check.finding()));
    }
    StringBuilder out = new StringBuilder(health.overall().label() + "\n" + Text.table(rows));
    health.recommendations().forEach(one -> out.append("-> ").append(one).append('\n'));
    return out.toString();
  }
}
