package io.caudal.stream.operator;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.KeyContext;
import org.jspecify.annotations.Nullable;

/**
 * Every input that a subtask has taken in and not finished: in keyed state, so that it follows its
 * key when the job is rescaled, with a {@link Lane} in memory for each busy key. Inputs at hand are
 * mirrored in memory; beyond the {@link InFlightLimits} they are set aside, in state only, and come
 * to hand as others finish, each key's in their order.
 *
 * <p>State of a key: {@code inputs}, a map from sequence number to input, so that adding and
 * finishing write one entry each; {@code progress} of its first input, a list that grows with it.
 * Both are empty for an idle key, so recovery scans busy keys only. Methods that take a lane expect
 * its key to be current.
 */
final class KeyQueues<K, IN, OUT, P> {

  private final MapStateDescriptor<Long, IN> inputsDescriptor;
  private final MapState<Long, IN> inputs;
  private final ListState<P> progress;
  private final ValueState<P> wholeProgress; // what earlier versions stored
  private final HeldWatermarks watermarks;
  private final InFlightLimits limits;
  private final Function<? super IN, Rank> ranks;
  private final ToIntFunction<? super IN> marks;
  private final AsideLanes<Lane<K, IN, OUT, P>> lanesAside = new AsideLanes<>();
  private final Map<K, Lane<K, IN, OUT, P>> busy = new HashMap<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger aside = new AtomicInteger();
  private final AtomicInteger running = new AtomicInteger();

  KeyQueues(
      KeyedStateStore store,
      TypeInformation<IN> inputType,
      TypeInformation<P> progressType,
      HeldWatermarks watermarks,
      InFlightLimits limits,
      Function<? super IN, Rank> ranks,
      ToIntFunction<? super IN> marks) {
    inputsDescriptor = new MapStateDescriptor<>("keyed-async-inputs", Types.LONG, inputType);
    inputs = store.getMapState(inputsDescriptor);
    progress =
        store.getListState(new ListStateDescriptor<>("keyed-async-progress-parts", progressType));
    wholeProgress =
        store.getState(new ValueStateDescriptor<>("keyed-async-progress", progressType));
    this.watermarks = watermarks;
    this.limits = limits;
    this.ranks = ranks;
    this.marks = marks;
  }

  /** Inputs at hand, queued and running; any thread may ask. */
  int accepted() {
    return accepted.get();
  }

  /** Inputs that are in state only; any thread may ask. */
  int aside() {
    return aside.get();
  }

  /** Whether nothing is taken in that is not finished. */
  boolean isEmpty() {
    return accepted() == 0 && aside() == 0;
  }

  /** Whether an input may be let in although there is no room. */
  boolean isBelowHardLimit() {
    return (long) accepted() + aside() < (long) limits.hardCapacity() + limits.aside();
  }

  /** Whether another input of this key can be taken in, at hand or aside. */
  boolean hasRoom(K key) {
    return aside() < limits.aside() || (accepted() < limits.capacity() && mayComeToHand(lane(key)));
  }

  private boolean mayComeToHand(Lane<K, IN, OUT, P> lane) {
    return lane.aside().isEmpty() && lane.atHand() < limits.keyCapacity();
  }

  /** Calls running; any thread may ask. */
  int running() {
    return running.get();
  }

  /** The key's lane, a new empty one if it is idle. */
  Lane<K, IN, OUT, P> lane(K key) {
    Lane<K, IN, OUT, P> lane = busy.get(key);
    return lane == null ? new Lane<>(this, key) : lane;
  }

  /** A copy, for the caller may start and finish calls. */
  Collection<Lane<K, IN, OUT, P>> busyLanes() {
    return new ArrayList<>(busy.values());
  }

  /** Takes an input in: at hand if there is room, else aside; at hand too if neither has room. */
  void add(Lane<K, IN, OUT, P> lane, IN input) throws Exception {
    long sequence = lane.nextSequence();
    inputs.put(sequence, input);
    boolean room = accepted() < limits.capacity() || aside() >= limits.aside();
    add(lane, sequence, input, room);
  }

  private void add(Lane<K, IN, OUT, P> lane, long sequence, IN input, boolean room) {
    if (busy.putIfAbsent(lane.key(), lane) == null) {
      lane.setRank(ranks.apply(input));
    }
    if (room && mayComeToHand(lane)) {
      bringToHand(lane, new Lane.Entry<>(sequence, input, watermarks.enter()));
    } else {
      setAside(lane, sequence, mark(input));
    }
  }

  /** What inputs are told apart by that are in state only. */
  int mark(IN input) {
    return marks.applyAsInt(input);
  }

  /**
   * @param mark null for one that nobody has read yet
   */
  private void setAside(Lane<K, IN, OUT, P> lane, long sequence, @Nullable Integer mark) {
    lane.aside().add(new Lane.Aside(sequence, watermarks.enter(), mark));
    aside.incrementAndGet();
    list(lane);
  }

  private void bringToHand(Lane<K, IN, OUT, P> lane, Lane.Entry<IN> entry) {
    lane.append(entry);
    accepted.incrementAndGet();
    lanesAside.count(lane.rank().group(), 1);
  }

  /** Has the lane take its turn to bring an input to hand, if it has one aside and may. */
  private void list(Lane<K, IN, OUT, P> lane) {
    if (!lane.isListed() && !lane.aside().isEmpty() && lane.atHand() < limits.keyCapacity()) {
      lane.setListed(true);
      lanesAside.add(lane, lane.rank());
    }
  }

  /**
   * The lane whose next input has its turn to come to hand, as far as there is room; null for none.
   * It is for the caller to {@link #takeBack} from it.
   */
  @Nullable Lane<K, IN, OUT, P> nextAside() {
    while (accepted() < limits.capacity()) {
      Lane<K, IN, OUT, P> lane = lanesAside.poll();
      if (lane == null) {
        return null;
      }
      lane.setListed(false);
      if (!lane.aside().isEmpty()) {
        return lane;
      }
    }
    return null;
  }

  /** Brings the first input that the lane has aside to hand. */
  void takeBack(Lane<K, IN, OUT, P> lane) throws Exception {
    Lane.Aside first = lane.aside().removeFirst();
    aside.decrementAndGet();
    bringToHand(lane, new Lane.Entry<>(first.sequence(), read(first), first.epoch()));
    list(lane);
  }

  /** An input that is in state only. */
  IN read(Lane.Aside one) throws Exception {
    return inputs.get(one.sequence());
  }

  void start(Lane<K, IN, OUT, P> lane, Call<K, IN, OUT, P> call) {
    lane.setRunning(call);
    running.incrementAndGet();
  }

  /** What the lane's first input had achieved before a restart. */
  List<P> progress(Lane<K, IN, OUT, P> lane) throws Exception {
    List<P> parts = new ArrayList<>();
    if (lane.isProgressStored()) {
      progress.get().forEach(parts::add);
    }
    return parts;
  }

  /** Ends the lane's call, if one runs, and removes its input. */
  void finishHead(Lane<K, IN, OUT, P> lane) throws Exception {
    Call<K, IN, OUT, P> call = lane.running();
    if (call != null) {
      call.end();
      lane.setRunning(null);
      running.decrementAndGet();
    }
    forgetProgress(lane);
    forget(lane, lane.removeHead());
  }

  /** Forgets what the lane's first input had achieved. */
  void forgetProgress(Lane<K, IN, OUT, P> lane) {
    if (lane.isProgressStored()) {
      progress.clear();
      lane.setProgressStored(false);
    }
  }

  /** Removes an input, already taken out of its lane, from state and counts. */
  void forget(Lane<K, IN, OUT, P> lane, Lane.Entry<IN> entry) throws Exception {
    accepted.decrementAndGet();
    lanesAside.count(lane.rank().group(), -1);
    forget(lane, entry.sequence(), entry.epoch());
  }

  /** Removes an input that was aside, already taken out of its lane, from state and counts. */
  void forget(Lane<K, IN, OUT, P> lane, Lane.Aside one) throws Exception {
    aside.decrementAndGet();
    forget(lane, one.sequence(), one.epoch());
  }

  private void forget(Lane<K, IN, OUT, P> lane, long sequence, HeldWatermarks.Epoch epoch)
      throws Exception {
    inputs.remove(sequence);
    epoch.leave();
    if (lane.isEmpty()) {
      busy.remove(lane.key());
    } else {
      list(lane);
    }
  }

  /** Stores what running calls have achieved since the last time. Changes the current key. */
  void storeProgress(KeyContext context) throws Exception {
    for (Lane<K, IN, OUT, P> lane : busy.values()) {
      Call<K, IN, OUT, P> call = lane.running();
      P news = call == null ? null : call.work().snapshot();
      if (news != null) {
        context.setCurrentKey(lane.key());
        progress.add(news);
        lane.setProgressStored(true);
      }
    }
  }

  /** Fills the lanes from state. Changes the current key. */
  void restore(KeyedStateBackend<K> backend) throws Exception {
    backend.applyToAllKeys(
        VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, inputsDescriptor, this::restore);
  }

  private void restore(K key, MapState<Long, IN> stored) throws Exception {
    TreeSet<Long> inOrder = new TreeSet<>();
    stored.keys().forEach(inOrder::add);
    Lane<K, IN, OUT, P> lane = new Lane<>(this, key);
    for (long sequence : inOrder) {
      boolean room = accepted() < limits.capacity();
      if (lane.isEmpty() || (room && mayComeToHand(lane))) {
        add(lane, sequence, stored.get(sequence), room);
      } else {
        setAside(lane, sequence, null);
      }
    }
    P whole = wholeProgress.value();
    if (whole != null) {
      progress.add(whole);
      wholeProgress.clear();
    }
    lane.setProgressStored(!lane.isEmpty()); // perhaps: asking state tells
  }
}
