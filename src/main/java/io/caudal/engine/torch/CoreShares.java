package io.caudal.engine.torch;

/**
 * Who uses the machine's cores. Each step loop has one for itself; a step of many tokens splits its
 * operations over the cores of loops that have nothing to do. The cores that no loop has are
 * others': Flink's, Kafka's. Safe for use by any thread.
 *
 * <p>A step of few tokens gains nothing: its operations are too short for the time that another
 * thread takes to wake up.
 */
final class CoreShares {
  /** From this many tokens on an operation is worth splitting. */
  static final int WORTH_SPLITTING = 48;

  private final int cores;
  private int loops;
  private int busy;

  CoreShares(int cores) {
    this.cores = cores;
  }

  /** One step loop's share, until it is closed. */
  final class Share implements AutoCloseable {
    private boolean isBusy;

    private Share() {}

    /** The loop is about to compute a step: threads that its operations may use. */
    int threads(int tokens) {
      synchronized (CoreShares.this) {
        setBusy(true);
        return tokens < WORTH_SPLITTING ? 1 : Math.max(1, 1 + Math.min(cores, loops) - busy);
      }
    }

    /** The loop has nothing to do. */
    void rest() {
      synchronized (CoreShares.this) {
        setBusy(false);
      }
    }

    /** The loop ends. */
    @Override
    public void close() {
      synchronized (CoreShares.this) {
        setBusy(false);
        loops--;
      }
    }

    private void setBusy(boolean busyNow) {
      busy += (busyNow ? 1 : 0) - (isBusy ? 1 : 0);
      isBusy = busyNow;
    }
  }

  synchronized Share newShare() {
    loops++;
    return new Share();
  }
}
