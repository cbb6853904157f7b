package io.caudal.cli.local;

import java.util.Map;

/**
 * A job as it was handed to a cluster.
 *
 * @param settings without those of Caudal's defaults
 */
public record SubmittedJob(String id, Map<String, String> settings, int parallelism) {}
