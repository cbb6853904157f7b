package io.caudal.stream.io;

/**
 * What the job says of itself as a whole, on the metrics topic beside what subtasks say.
 *
 * @param type {@code health} or {@code report}; the record's key
 * @param json its value
 */
public record Observation(String type, String json) {}
