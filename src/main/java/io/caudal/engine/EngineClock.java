package io.caudal.engine;

/** The engine's only source of time. */
public interface EngineClock {
  /** The machine's clock. */
  EngineClock SYSTEM =
      new EngineClock() {
        @Override
        public long millis() {
          return System.currentTimeMillis();
        }

        @Override
        public long nanos() {
          return System.nanoTime();
        }
      };

  /** Epoch milliseconds, for deadlines and timestamps. */
  long millis();

  /** Monotonic nanoseconds, for durations. */
  long nanos();
}
