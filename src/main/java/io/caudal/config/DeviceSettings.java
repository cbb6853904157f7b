package io.caudal.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * How a TaskManager uses its GPUs; which of them may be used {@link ModelSettings#device} says.
 *
 * @param gpuResource Flink's external resource whose indices name the GPUs
 * @param cpuFallback whether an engine that a GPU has no memory for goes on elsewhere
 * @param gpuRetry how long such a GPU is left alone
 */
public record DeviceSettings(String gpuResource, boolean cpuFallback, Duration gpuRetry)
    implements Serializable {

  static final ConfigKey<String> GPU_RESOURCE =
      ConfigKey.text(
          "model.gpu-resource",
          "gpu",
          "[\\w.-]{1,64}",
          "up to 64 letters, digits and .-_",
          "Name of Flink's external resource that says which GPUs a TaskManager has. Where Flink"
              + " gives none of that name, they are all that PyTorch sees.");
  static final ConfigKey<Boolean> CPU_FALLBACK =
      ConfigKey.flag(
          "model.cpu-fallback",
          true,
          "Whether an engine whose GPU has no memory for a single sequence, or for the weights, is"
              + " given up and the job goes on with one on another of its GPUs, at last on the CPU."
              + " If not, the request ends with `out_of_memory`, or the job does not start. Jobs that"
              + " share an engine have what the latest of them says.");
  static final ConfigKey<Duration> GPU_RETRY =
      ConfigKey.duration(
          "model.gpu-retry",
          "1h",
          "0ms",
          "365d",
          "How long a TaskManager leaves a GPU alone that had no memory. After that a restart of the"
              + " job takes it again; nothing restarts for it. With another model, dtype,"
              + " `kv.device.tokens`, `engine.step-loops`, `engine.max-batch` or"
              + " `engine.token-budget` it is tried at once.");

  static final List<ConfigKey<?>> KEYS = List.of(GPU_RESOURCE, CPU_FALLBACK, GPU_RETRY);

  public static DeviceSettings from(Settings settings) {
    return new DeviceSettings(
        settings.get(GPU_RESOURCE), settings.get(CPU_FALLBACK), settings.get(GPU_RETRY));
  }
}
