package io.caudal.stream.operator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.jspecify.annotations.Nullable;

/**
 * Walks over all keys of a state, one scan after the other, a few keys in each mail: inputs,
 * completions and checkpoints have their turns in between. Keys that come or go meanwhile may be
 * visited or not. Task thread only.
 */
final class KeyScans<K, OUT> implements AutoCloseable {
  private static final int STEP_KEYS = 256;
  private static final long STEP_NANOS = 2_000_000;
  private static final String ROCKSDB = "rocksdb";

  private record Scan<K, OUT>(String state, KeyVisit<K, OUT> visit, TaskAction<OUT> end) {}

  private final KeyedStateBackend<K> backend;
  private final TaskThread taskThread;
  private final Predicate<K> busy;
  private final Emitter<OUT> out;
  private final Deque<Scan<K, OUT>> scans = new ArrayDeque<>();
  private @Nullable Stream<K> stream;
  private Iterator<K> keys = List.<K>of().iterator();

  /**
   * @param busy whether inputs of a key are queued or running
   */
  KeyScans(
      KeyedStateBackend<K> backend, TaskThread taskThread, Predicate<K> busy, Emitter<OUT> out) {
    this.backend = backend;
    this.taskThread = taskThread;
    this.busy = busy;
    this.out = out;
  }

  void start(String state, KeyVisit<K, OUT> visit, TaskAction<OUT> end) {
    scans.add(new Scan<>(state, visit, end));
    if (scans.size() == 1) {
      next();
    }
  }

  /** One key alone. */
  @SuppressWarnings("unchecked") // the function's keys are the operator's
  <X> void visit(X key, KeyVisit<X, OUT> visit) {
    taskThread.execute(
        () -> {
          backend.setCurrentKey((K) key);
          visit.visit(key, busy.test((K) key), out);
        },
        "visit a key");
  }

  /** Any thread. */
  void execute(TaskAction<OUT> action) {
    taskThread.execute(() -> action.run(out), "an action of the function");
  }

  private void next() {
    taskThread.execute(this::step, "visit keys");
  }

  private void step() throws Exception {
    Scan<K, OUT> scan = scans.getFirst();
    if (stream == null) {
      open(scan.state());
    }
    long start = System.nanoTime();
    for (int n = 0; n < STEP_KEYS && System.nanoTime() - start < STEP_NANOS; n++) {
      if (!keys.hasNext()) {
        release();
        scans.removeFirst();
        scan.end().run(out);
        if (!scans.isEmpty()) {
          next();
        }
        return;
      }
      K key = keys.next();
      backend.setCurrentKey(key);
      scan.visit().visit(key, busy.test(key), out);
    }
    next();
  }

  private void open(String state) {
    Stream<K> all = backend.getKeys(state, VoidNamespace.INSTANCE);
    stream = all;
    // RocksDB's iterator sees the state as it was when it was opened; the heap's breaks on changes.
    boolean lazy = backend.getBackendTypeIdentifier().equals(ROCKSDB);
    keys = lazy ? all.iterator() : all.toList().iterator();
  }

  private void release() {
    if (stream != null) {
      stream.close();
      stream = null;
    }
  }

  /** Before the backend closes, which an open iterator would survive in a dead database. */
  @Override
  public void close() {
    release();
    scans.clear();
  }
}
