package io.caudal.cli.local;

import java.util.Map;

/**
 * How a cluster is started.
 *
 * @param uiPort of Flink's web page; 0 for any free one
 * @param broker whether it gets a Kafka broker of its own
 * @param port the broker's; 0 for any free one
 * @param flink keys of Flink that differ from {@code flink-conf/config.yaml}
 */
public record ClusterOptions(
    int taskManagers, int slots, int uiPort, boolean broker, int port, Map<String, String> flink) {}
