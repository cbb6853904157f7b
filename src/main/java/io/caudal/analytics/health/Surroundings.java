package io.caudal.analytics.health;

import io.caudal.analytics.Fleet;
import io.caudal.analytics.JobView;
import org.jspecify.annotations.Nullable;

/**
 * All that health is judged by, at one moment.
 *
 * @param fleet of no subtasks if the broker could not be asked
 * @param rest address of the JobManager that was asked
 * @param restAnswers whether it answered
 * @param job null if it knows no such job
 */
public record Surroundings(
    Broker broker,
    Fleet fleet,
    String rest,
    boolean restAnswers,
    @Nullable JobView job,
    long nowMillis) {}
