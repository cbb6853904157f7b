package io.caudal.engine.host;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.util.BitSet;
import java.util.List;
import net.openhft.affinity.Affinity;

/** Which CPUs a thread runs on. */
final class CpuAffinity {
  private CpuAffinity() {}

  /**
   * Has the calling thread run on these CPUs only, and threads that it starts from then on; on none
   * in particular if there are none.
   *
   * @throws CaudalException {@code CONFIG_INVALID} if the system doesn't let it have each of them
   */
  static void keepTo(List<Integer> cpus) {
    if (cpus.isEmpty()) {
      return;
    }
    BitSet wanted = bits(cpus);
    BitSet given = new BitSet();
    try {
      Affinity.setAffinity(wanted);
      given = Affinity.getAffinity();
    } catch (IllegalStateException e) {
      // None of them: the system refuses.
    }
    if (!given.equals(wanted)) {
      throw new CaudalException(
          ErrorCode.CONFIG_INVALID,
          String.format(
              "model.cpus = %s, but of these a thread can have %s here; name CPUs that this machine"
                  + " or container has, or none",
              wanted, given));
    }
  }

  /**
   * As {@link #keepTo}, and then lets the calling thread run where it did before.
   *
   * @throws CaudalException as {@link #keepTo}; also where threads can't be kept to CPUs
   */
  static void check(List<Integer> cpus) {
    if (cpus.isEmpty()) {
      return;
    }
    BitSet before = own();
    if (before.isEmpty()) {
      throw new CaudalException(
          ErrorCode.CONFIG_INVALID,
          "model.cpus = "
              + bits(cpus)
              + ", but this system, or JNA on it, can't keep threads to CPUs; leave it empty");
    }
    try {
      keepTo(cpus);
    } finally {
      Affinity.setAffinity(before);
    }
  }

  /** CPUs that the calling thread and a thread that is kept to {@code cpus} run on in all. */
  static int processors(List<Integer> cpus) {
    BitSet others = bits(cpus);
    if (!others.isEmpty()) {
      others.andNot(own());
    }
    return Runtime.getRuntime().availableProcessors() + others.cardinality();
  }

  /** Empty where that can't be known. */
  private static BitSet own() {
    try {
      return Affinity.getAffinity();
    } catch (IllegalStateException e) {
      return new BitSet();
    }
  }

  private static BitSet bits(List<Integer> cpus) {
    BitSet bits = new BitSet();
    cpus.forEach(bits::set);
    return bits;
  }
}
