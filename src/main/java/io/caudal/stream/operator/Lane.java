package io.caudal.stream.operator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One key's inputs in memory, the first of which runs. Mirrors what {@link KeyQueues} stores. */
final class Lane<K, IN, OUT, P> implements KeyQueue<IN, P> {

  /**
   * @param sequence the input's place in the key's stored map; restarts from 0 when that is empty
   */
  record Entry<IN>(long sequence, IN input, HeldWatermarks.Epoch epoch) {}

  private final KeyQueues<K, IN, OUT, P> queues;
  private final K key;
  private final Deque<Entry<IN>> entries = new ArrayDeque<>();
  private @Nullable Call<K, IN, OUT, P> running;
  private boolean progressStored;

  Lane(KeyQueues<K, IN, OUT, P> queues, K key) {
    this.queues = queues;
    this.key = key;
  }

  K key() {
    return key;
  }

  /** What is running or should be; null if the lane is empty. */
  @Nullable Entry<IN> head() {
    return entries.peekFirst();
  }

  Entry<IN> append(IN input, HeldWatermarks.Epoch epoch) {
    Entry<IN> last = entries.peekLast();
    return append(last == null ? 0 : last.sequence + 1, input, epoch);
  }

  Entry<IN> append(long sequence, IN input, HeldWatermarks.Epoch epoch) {
    var entry = new Entry<>(sequence, input, epoch);
    entries.addLast(entry);
    return entry;
  }

  Entry<IN> removeHead() {
    return entries.removeFirst();
  }

  @Nullable Call<K, IN, OUT, P> running() {
    return running;
  }

  void setRunning(@Nullable Call<K, IN, OUT, P> call) {
    running = call;
  }

  /** Whether the head has progress in state. */
  boolean isProgressStored() {
    return progressStored;
  }

  void setProgressStored(boolean stored) {
    progressStored = stored;
  }

  @Override
  public boolean isEmpty() {
    return entries.isEmpty();
  }

  @Override
  public @Nullable IN runningInput() {
    return running == null ? null : running.input();
  }

  @Override
  public @Nullable AsyncCall<P> runningCall() {
    return running == null ? null : running.work();
  }

  @Override
  public List<IN> waiting() {
    List<IN> inputs = new ArrayList<>();
    for (Iterator<Entry<IN>> waiting = iterateWaiting(); waiting.hasNext(); ) {
      inputs.add(waiting.next().input);
    }
    return inputs;
  }

  @Override
  public List<IN> removeWaiting(Predicate<? super IN> which) throws Exception {
    List<IN> removed = new ArrayList<>();
    for (Iterator<Entry<IN>> waiting = iterateWaiting(); waiting.hasNext(); ) {
      Entry<IN> entry = waiting.next();
      if (which.test(entry.input)) {
        waiting.remove();
        queues.forget(this, entry);
        removed.add(entry.input);
      }
    }
    return removed;
  }

  @Override
  public boolean abandonRunning() throws Exception {
    if (running == null) {
      return false;
    }
    running.work().cancel();
    queues.finishHead(this);
    return true;
  }

  private Iterator<Entry<IN>> iterateWaiting() {
    Iterator<Entry<IN>> iterator = entries.iterator();
    if (running != null) {
      iterator.next();
    }
    return iterator;
  }
}
