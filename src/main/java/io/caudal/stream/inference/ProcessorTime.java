package io.caudal.stream.inference;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * Processor time in milliseconds of all cores, of this process and of all that run on the machine,
 * or in the container. The JVM tells the machine's share only since it was last asked, so one of
 * these asks for all subtasks. Safe for use by any thread.
 */
final class ProcessorTime {
  /** Over less time the operating system's ticks say little. */
  private static final long LEAST_NANOS = 100_000_000;

  private static final double NANOS_PER_MILLI = 1e6;

  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private long askedNanos = System.nanoTime();
  private double machineMillis;

  double processMillis() {
    return system.getProcessCpuTime() / NANOS_PER_MILLI;
  }

  /**
   * Since it was first asked for. Too little where the process is kept to some of the machine's
   * CPUs and {@code model.cpus} doesn't name the rest: the JVM's share is one of all.
   *
   * @param cores of the machine, as far as they are this process's
   */
  synchronized double machineMillis(int cores) {
    long now = System.nanoTime();
    if (now - askedNanos >= LEAST_NANOS) {
      double share = system.getCpuLoad();
      if (share >= 0) { // else not known yet: negative, or no number
        machineMillis += share * (now - askedNanos) / NANOS_PER_MILLI * cores;
      }
      askedNanos = now;
    }
    return machineMillis;
  }
}
