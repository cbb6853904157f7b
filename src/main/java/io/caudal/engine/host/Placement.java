package io.caudal.engine.host;

import io.caudal.config.DeviceSettings;
import java.util.List;

/**
 * Who wants an engine, and which GPUs it may have.
 *
 * @param subtask that asks; subtasks spread over the GPUs
 * @param gpus those that Flink gave, by index, in ascending order; empty if it gave none, then any
 */
public record Placement(int subtask, List<Integer> gpus, DeviceSettings settings) {}
