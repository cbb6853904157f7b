package io.caudal.analytics.report;

import static io.caudal.analytics.report.RuleText.say;

import io.caudal.analytics.Text;
import java.util.List;

/** Rules on what comes after the operator: sinks and checkpoints. */
final class JobRules {
  private static final int ENOUGH = 4;

  static final List<Rule> ALL =
      List.of(
          new Rule(
              "backpressured-sink",
              "what comes after the inference operator holds it back",
              f -> f.get("backpressured") + f.get("emitting") > 0.2,
              f ->
                  say(
                      "subtasks were held back %s of the time, and waited %s of it to hand on"
                          + " records",
                      Text.percent(f.get("backpressured")), Text.percent(f.get("emitting"))),
              f ->
                  Advice.elsewhere(
                      "kafka.client.compression.type",
                      "lz4",
                      "fewer bytes to the broker, for a little CPU; if that is not enough: more"
                          + " partitions of the results and tokens topics, or a faster broker")),
          new Rule(
              "slow-disk",
              "checkpoints are slow to write",
              f ->
                  f.get("checkpoint_ms") > 1_000
                      && f.get("checkpoint_ms") > f.get("checkpoint_interval_ms"),
              f ->
                  say(
                      "the newest checkpoint took %s to write %s; results waited %s for theirs"
                          + " (p50)",
                      Text.millis((long) f.get("checkpoint_ms")),
                      Text.bytes(f.get("checkpoint_bytes")),
                      Text.millis((long) f.get("commit_ms_p50"))),
              f ->
                  Advice.elsewhere(
                      "execution.checkpointing.dir",
                      "a folder on faster storage",
                      "results are seen sooner, by as much as a checkpoint gets faster")),
          new Rule(
              "slow-commit",
              "results wait longer for their checkpoint than for their answer",
              f ->
                  f.get("ended") >= ENOUGH
                      && f.get("commit_ms_p50") > 2 * f.get("total_ms_p50")
                      && f.get("checkpoint_interval_ms") > 2 * f.get("checkpoint_ms")
                      && f.get("checkpoint_interval_ms") > 500,
              f ->
                  say(
                      "%.0f ms until the commit, %.0f ms to answer (p50); a checkpoint takes %.0f ms"
                          + " and comes each %.0f ms",
                      f.get("commit_ms_p50"),
                      f.get("total_ms_p50"),
                      f.get("checkpoint_ms"),
                      f.get("checkpoint_interval_ms")),
              f ->
                  Advice.elsewhere(
                      "execution.checkpointing.interval",
                      Math.max(100, (int) (2 * f.get("checkpoint_ms"))) + "ms",
                      say("%.0fms", f.get("checkpoint_interval_ms")),
                      "results are seen sooner; more checkpoints are written")));

  private JobRules() {}
}
