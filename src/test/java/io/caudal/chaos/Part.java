package io.caudal.chaos;

/** What a fault strikes: two at a time don't strike the same. */
enum Part {
  TASK_MANAGER,
  CLOCK,
  JOB_MANAGER,
  BROKER,
  CHECKPOINTS,
  MODEL,
  JOB
}
