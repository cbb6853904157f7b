package io.caudal.stream.operator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One key's inputs, the first of which runs. Mirrors what {@link KeyQueues} stores; those that are
 * set aside are in state only, and come after those at hand.
 */
final class Lane<K, IN, OUT, P> implements KeyQueue<IN, P> {

  /**
   * @param sequence the input's place in the key's stored map; restarts from 0 when that is empty
   */
  record Entry<IN>(long sequence, IN input, HeldWatermarks.Epoch epoch) {}

  /** An input that is in state only. */
  static final class Aside {
    private final long sequence;
    private final HeldWatermarks.Epoch epoch;
    private @Nullable Integer mark;

    /**
     * @param mark null if it isn't known
     */
    Aside(long sequence, HeldWatermarks.Epoch epoch, @Nullable Integer mark) {
      this.sequence = sequence;
      this.epoch = epoch;
      this.mark = mark;
    }

    long sequence() {
      return sequence;
    }

    HeldWatermarks.Epoch epoch() {
      return epoch;
    }
  }

  private final KeyQueues<K, IN, OUT, P> queues;
  private final K key;
  private final Deque<Entry<IN>> entries = new ArrayDeque<>();
  private final Deque<Aside> aside = new ArrayDeque<>();
  private Rank rank = Rank.NONE;
  private boolean listed;
  private @Nullable Call<K, IN, OUT, P> running;
  private boolean progressStored;

  Lane(KeyQueues<K, IN, OUT, P> queues, K key) {
    this.queues = queues;
    this.key = key;
  }

  K key() {
    return key;
  }

  /** That of the input which made the key busy. */
  Rank rank() {
    return rank;
  }

  void setRank(Rank rank) {
    this.rank = rank;
  }

  /** Whether the lane is among the {@link AsideLanes}. */
  boolean isListed() {
    return listed;
  }

  void setListed(boolean listed) {
    this.listed = listed;
  }

  /** What is running or should be; null if nothing is at hand. */
  @Nullable Entry<IN> head() {
    return entries.peekFirst();
  }

  /** Inputs at hand, the running one included. */
  int atHand() {
    return entries.size();
  }

  Deque<Aside> aside() {
    return aside;
  }

  /** The sequence number of the next input to come. */
  long nextSequence() {
    Aside lastAside = aside.peekLast();
    if (lastAside != null) {
      return lastAside.sequence + 1;
    }
    Entry<IN> last = entries.peekLast();
    return last == null ? 0 : last.sequence + 1;
  }

  void append(Entry<IN> entry) {
    entries.addLast(entry);
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
    return entries.isEmpty() && aside.isEmpty();
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
  public List<IN> removeWaiting(int mark, Predicate<? super IN> which) throws Exception {
    return remove(mark, which);
  }

  /** As {@link #removeWaiting}, whatever their marks. */
  List<IN> removeAllWaiting(Predicate<? super IN> which) throws Exception {
    return remove(null, which);
  }

  private List<IN> remove(@Nullable Integer mark, Predicate<? super IN> which) throws Exception {
    List<IN> removed = new ArrayList<>();
    for (Iterator<Entry<IN>> waiting = iterateWaiting(); waiting.hasNext(); ) {
      Entry<IN> entry = waiting.next();
      if (which.test(entry.input)) {
        waiting.remove();
        queues.forget(this, entry);
        removed.add(entry.input);
      }
    }
    for (Iterator<Aside> waiting = aside.iterator(); waiting.hasNext(); ) {
      Aside one = waiting.next();
      if (mark != null && one.mark != null && !one.mark.equals(mark)) {
        continue;
      }
      IN input = queues.read(one);
      one.mark = queues.mark(input);
      if (which.test(input)) {
        if (entries.isEmpty() && one == aside.peekFirst()) {
          queues.forgetProgress(this); // of an earlier run; the next input must not get it
        }
        waiting.remove();
        queues.forget(this, one);
        removed.add(input);
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
