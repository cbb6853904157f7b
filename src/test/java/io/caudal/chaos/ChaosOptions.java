package io.caudal.chaos;

import java.time.Duration;
import java.util.List;

/**
 * What a run does.
 *
 * @param alone faults that strike first, one after another
 * @param faults how many there are at least in all; those beyond {@code alone} strike in mixes
 * @param limit begins no more faults after this
 * @param sessions at a time
 * @param undisturbedSessions at a time, of the run whose answers are the known ones
 */
record ChaosOptions(
    long seed,
    List<FaultKind> alone,
    int faults,
    Duration limit,
    int sessions,
    int undisturbedSessions) {

  /** About three minutes: the main kinds. */
  static ChaosOptions brief(long seed) {
    return new ChaosOptions(
        seed,
        List.of(
            FaultKind.TASK_MANAGER_KILL_IN_DECODE,
            FaultKind.TASK_MANAGER_KILL_IN_PREFILL,
            FaultKind.TASK_MANAGER_KILL_IN_CHECKPOINT,
            FaultKind.JOB_MANAGER_KILL,
            FaultKind.BROKER_RESTART,
            FaultKind.RESULTS_REFUSED,
            FaultKind.CHECKPOINTS_FAIL,
            FaultKind.RESCALE,
            FaultKind.UPGRADE,
            FaultKind.RESCALE,
            FaultKind.MODEL_THROWS,
            FaultKind.MODEL_OUT_OF_MEMORY,
            FaultKind.MODEL_CRASHES),
        13,
        Duration.ofMinutes(10),
        4,
        4);
  }

  /** These, one after another. */
  static ChaosOptions only(long seed, List<FaultKind> kinds) {
    return new ChaosOptions(seed, kinds, kinds.size(), Duration.ofMinutes(30), 4, 1);
  }

  /** Every kind alone, then mixes. */
  static ChaosOptions full(long seed, int faults) {
    return new ChaosOptions(
        seed, List.of(FaultKind.values()), faults, Duration.ofMinutes(60), 6, 1);
  }
}
