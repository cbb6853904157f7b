package io.caudal.analytics.report;

/**
 * Something that is not as it was.
 *
 * @param figure what differs
 * @param finding how
 */
public record Anomaly(String figure, String finding) {}
