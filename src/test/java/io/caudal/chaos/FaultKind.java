package io.caudal.chaos;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Every way in which we break things. */
enum FaultKind {
  /** SIGKILL, whatever runs. */
  TASK_MANAGER_KILL(6, Part.TASK_MANAGER),
  /** SIGKILL while a step computes a prompt. */
  TASK_MANAGER_KILL_IN_PREFILL(4, Part.TASK_MANAGER, Part.MODEL),
  /** SIGKILL while a step computes next tokens. */
  TASK_MANAGER_KILL_IN_DECODE(4, Part.TASK_MANAGER, Part.MODEL),
  /** SIGKILL while a checkpoint is being written. */
  TASK_MANAGER_KILL_IN_CHECKPOINT(4, Part.TASK_MANAGER),
  /** SIGSTOP, up to longer than the heartbeat's timeout; then it comes back. */
  TASK_MANAGER_PAUSE(1, Part.TASK_MANAGER),
  /** Their clock is up to a minute ahead or behind for some seconds. */
  CLOCK_JUMP(3, Part.CLOCK),
  /** SIGKILL; the next one goes on from the last checkpoint. */
  JOB_MANAGER_KILL(1, Part.JOB_MANAGER),
  /** SIGSTOP. */
  JOB_MANAGER_PAUSE(1, Part.JOB_MANAGER),
  /** SIGTERM and a new one. */
  BROKER_RESTART(1, Part.BROKER),
  /** SIGKILL and a new one. */
  BROKER_KILL(1, Part.BROKER),
  /** SIGSTOP for up to 10 s. */
  BROKER_PAUSE(3, Part.BROKER),
  /** SIGSTOP for 30 s. */
  BROKER_LONG_PAUSE(0, Part.BROKER),
  /** The results topic takes no record. */
  RESULTS_REFUSED(2, Part.BROKER),
  /** The tokens topic takes no record. */
  TOKENS_REFUSED(2, Part.BROKER),
  /** The folder of the job's checkpoints is a file. */
  CHECKPOINTS_FAIL(4, Part.CHECKPOINTS, Part.JOB),
  /** No space is left for checkpoints. */
  CHECKPOINTS_FULL(4, Part.CHECKPOINTS),
  /** A step throws. */
  MODEL_THROWS(6, Part.MODEL),
  /** A step takes seconds, up to more than {@code engine.step-timeout}. */
  MODEL_HANGS(3, Part.MODEL),
  /** A step takes all of the heap. */
  MODEL_OUT_OF_MEMORY(3, Part.MODEL),
  /** A step ends the process. */
  MODEL_CRASHES(3, Part.MODEL, Part.TASK_MANAGER),
  /** A savepoint while the job runs. */
  SAVEPOINT(4, Part.JOB),
  /** Savepoint, another jar, another configuration, restore. */
  UPGRADE(3, Part.JOB),
  /** Savepoint and restore with another parallelism. */
  RESCALE(3, Part.JOB);

  private final int weight;
  private final Part first;
  private final Part second;

  FaultKind(int weight, Part only) {
    this(weight, only, only);
  }

  FaultKind(int weight, Part first, Part second) {
    this.weight = weight;
    this.first = first;
    this.second = second;
  }

  /** How often it is drawn in a mix, compared with others. */
  int weight() {
    return weight;
  }

  Set<Part> parts() {
    return EnumSet.of(first, second);
  }

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
