package io.caudal.analytics.health;

import io.caudal.analytics.JobView.Checkpoints;

/**
 * The job as one of its own tasks knows it.
 *
 * @param startMillis when the tasks started last, epoch milliseconds
 * @param restarts how often they were started again since the job was submitted
 */
public record JobRun(long startMillis, int restarts, Checkpoints checkpoints) {}
