package io.caudal.analytics;

/**
 * The job as Flink's JobManager shows it.
 *
 * @param state as Flink says, such as {@code RUNNING}
 * @param restarts since it was submitted; −1 if not known
 * @param lastFailure first line of what made it fail last; empty if nothing has
 * @param lastFailureMillis epoch milliseconds; 0 if nothing has
 * @param stateBackend its class; empty if not known
 */
public record JobView(
    String id,
    String name,
    String state,
    int runningTasks,
    int tasks,
    long startMillis,
    long restarts,
    String lastFailure,
    long lastFailureMillis,
    String stateBackend,
    Checkpoints checkpoints) {

  /**
   * Its checkpoints.
   *
   * @param intervalMillis between two; 0 if there are none
   * @param newestMillis when the newest complete one ended, epoch milliseconds; 0 if there is none
   * @param newestBytes its size, of which {@code newestWritten} were written for it; −1 if it and
   *     its duration are not known
   * @param newestDurationMillis how long it took
   * @param lastFailureMillis when one failed last, epoch milliseconds; 0 if none has
   * @param lastFailure why
   */
  public record Checkpoints(
      long intervalMillis,
      long completed,
      long failed,
      long newestMillis,
      long newestBytes,
      long newestWritten,
      long newestDurationMillis,
      long lastFailureMillis,
      String lastFailure) {}

  public boolean isRunning() {
    return state.equals("RUNNING") && runningTasks == tasks;
  }
}
