package io.caudal.engine.host;

/**
 * How a GPU is used at the moment, by all processes of the machine; −1 for what isn't known.
 *
 * @param utilizationPercent share of the last moments in which it computed something
 * @param memoryUsedBytes taken by whomever
 */
public record GpuUse(double utilizationPercent, double memoryUsedBytes, double memoryTotalBytes) {
  public static final GpuUse UNKNOWN = new GpuUse(-1, -1, -1);

  /**
   * That of a device some seconds ago, at once; nothing is known of a CPU.
   *
   * @param device {@code cpu} or {@code cuda:N}
   */
  public static GpuUse of(String device) {
    return Devices.isGpu(device) ? GpuWatch.PROCESS.use(device) : UNKNOWN;
  }
}
