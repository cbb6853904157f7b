package io.caudal.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a run does.
 *
 * @param first rounds that come first, each of faults that strike together
 * @param faults how many there are at least in all; those beyond {@code first} strike in mixes
 * @param limit begins no more faults after this
 * @param sessions at a time
 * @param undisturbedSessions at a time, of the run whose answers are the known ones
 */
record ChaosOptions(
    long seed,
    List<List<FaultKind>> first,
    int faults,
    Duration limit,
    int sessions,
    int undisturbedSessions) {

  /** About three minutes: the main kinds. */
  static ChaosOptions brief(long seed) {
    return new ChaosOptions(
        seed,
        alone(
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

  /** These rounds, one after another. */
  static ChaosOptions only(long seed, List<List<FaultKind>> rounds) {
    int faults = rounds.stream().mapToInt(List::size).sum();
    return new ChaosOptions(seed, rounds, faults, Duration.ofMinutes(30), 4, 1);
  }

  /** Every kind alone, a JobManager that fails while a job is stopped, then mixes. */
  static ChaosOptions full(long seed, int faults) {
    List<List<FaultKind>> first = new ArrayList<>(alone(FaultKind.values()));
    for (FaultKind failure : List.of(FaultKind.JOB_MANAGER_KILL, FaultKind.JOB_MANAGER_PAUSE)) {
      first.add(List.of(failure, FaultKind.UPGRADE));
      first.add(List.of(failure, FaultKind.RESCALE));
    }
    return new ChaosOptions(seed, first, faults, Duration.ofMinutes(60), 6, 1);
  }

  private static List<List<FaultKind>> alone(FaultKind... kinds) {
    return Stream.of(kinds).map(List::of).toList();
  }
}
