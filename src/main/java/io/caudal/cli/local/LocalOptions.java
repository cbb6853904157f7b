package io.caudal.cli.local;

import java.util.Map;

/**
 * How a local Caudal runs.
 *
 * @param port the broker's; 0 for any free one
 * @param uiPort of Flink's web page; 0 for any free one
 * @param taskManagers processes; all but one are hot standbys
 * @param parallelism of the job
 * @param settings the job's settings that differ from the defaults
 */
public record LocalOptions(
    int port, int uiPort, int taskManagers, int parallelism, Map<String, String> settings) {}
