package io.caudal.engine;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What to do when the device has no memory: idle KV makes way, then less is asked for, then who
 * needs it ends. Whoever was refused tries again.
 */
final class DeviceMemory {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceMemory.class);

  private final BooleanSupplier evictIdle;
  private final Consumer<CaudalException> end;
  private volatile long lacks;

  /**
   * @param evictIdle drops all idle KV; says whether there was any
   * @param end ends who can't be served, or throws
   */
  DeviceMemory(BooleanSupplier evictIdle, Consumer<CaudalException> end) {
    this.evictIdle = evictIdle;
    this.end = end;
  }

  /** How often there was none. Any thread. */
  long lacks() {
    return lacks;
  }

  /** As {@link #call}; says whether there was memory. */
  boolean run(Runnable action, BooleanSupplier less) {
    return call(
            () -> {
              action.run();
              return true;
            },
            less)
        != null;
  }

  /**
   * Does what takes memory of the device.
   *
   * @param less has the next try ask for less; false if it can't
   * @return null if there was no memory
   */
  <T> @Nullable T call(Supplier<T> action, BooleanSupplier less) {
    try {
      return action.get();
    } catch (CaudalException e) {
      if (e.code() != ErrorCode.OUT_OF_MEMORY) {
        throw e;
      }
      relieve(e, less);
      return null;
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer, others read
  private void relieve(CaudalException e, BooleanSupplier less) {
    lacks++;
    if (evictIdle.getAsBoolean()) {
      LOG.warn("out of memory: dropped all idle KV; {}", e.getMessage());
    } else if (less.getAsBoolean()) {
      LOG.warn("out of memory: less, or later; {}", e.getMessage());
    } else {
      end.accept(e);
    }
  }
}
