package io.caudal.stream.operator;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.state.KeyedStateStore;
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
 * key when the job is rescaled, and mirrored in memory, a {@link Lane} for each busy key.
 *
 * <p>State of a key: {@code inputs}, a map from sequence number to input, so that adding and
 * finishing write one entry each; {@code progress} of its first input. Both are empty for an idle
 * key, so recovery scans busy keys only. Methods that take a lane expect its key to be current.
 */
final class KeyQueues<K, IN, OUT, P> {

  private final MapStateDescriptor<Long, IN> inputsDescriptor;
  private final MapState<Long, IN> inputs;
  private final ValueState<P> progress;
  private final HeldWatermarks watermarks;
  private final Map<K, Lane<K, IN, OUT, P>> busy = new HashMap<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger running = new AtomicInteger();

  KeyQueues(
      KeyedStateStore store,
      TypeInformation<IN> inputType,
      TypeInformation<P> progressType,
      HeldWatermarks watermarks) {
    inputsDescriptor = new MapStateDescriptor<>("keyed-async-inputs", Types.LONG, inputType);
    inputs = store.getMapState(inputsDescriptor);
    progress = store.getState(new ValueStateDescriptor<>("keyed-async-progress", progressType));
    this.watermarks = watermarks;
  }

  /** Inputs queued and running; any thread may ask. */
  int accepted() {
    return accepted.get();
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

  void add(Lane<K, IN, OUT, P> lane, IN input) throws Exception {
    busy.putIfAbsent(lane.key(), lane);
    Lane.Entry<IN> entry = lane.append(input, watermarks.enter());
    inputs.put(entry.sequence(), input);
    accepted.incrementAndGet();
  }

  void start(Lane<K, IN, OUT, P> lane, Call<K, IN, OUT, P> call) {
    lane.setRunning(call);
    running.incrementAndGet();
  }

  /** What the lane's first input had achieved before a restart. */
  @Nullable P progress(Lane<K, IN, OUT, P> lane) throws Exception {
    return lane.isProgressStored() ? progress.value() : null;
  }

  /** Ends the lane's call, if one runs, and removes its input. */
  void finishHead(Lane<K, IN, OUT, P> lane) throws Exception {
    Call<K, IN, OUT, P> call = lane.running();
    if (call != null) {
      call.end();
      lane.setRunning(null);
      running.decrementAndGet();
    }
    if (lane.isProgressStored()) {
      progress.clear();
      lane.setProgressStored(false);
    }
    forget(lane, lane.removeHead());
  }

  /** Removes an input, already taken out of its lane, from state and counts. */
  void forget(Lane<K, IN, OUT, P> lane, Lane.Entry<IN> entry) throws Exception {
    inputs.remove(entry.sequence());
    entry.epoch().leave();
    accepted.decrementAndGet();
    if (lane.isEmpty()) {
      busy.remove(lane.key());
    }
  }

  /** Stores what running calls have achieved since the last time. Changes the current key. */
  void storeProgress(KeyContext context) throws Exception {
    for (Lane<K, IN, OUT, P> lane : busy.values()) {
      Call<K, IN, OUT, P> call = lane.running();
      P news = call == null ? null : call.work().snapshot();
      if (news != null) {
        context.setCurrentKey(lane.key());
        progress.update(news);
        lane.setProgressStored(true);
      }
    }
  }

  /** Fills the lanes from state. Changes the current key. */
  void restore(KeyedStateBackend<K> backend) throws Exception {
    backend.applyToAllKeys(
        VoidNamespace.INSTANCE,
        VoidNamespaceSerializer.INSTANCE,
        inputsDescriptor,
        (key, state) -> restore(key, state.entries()));
  }

  private void restore(K key, Iterable<Map.Entry<Long, IN>> stored) {
    Map<Long, IN> inOrder = new TreeMap<>();
    stored.forEach(entry -> inOrder.put(entry.getKey(), entry.getValue()));
    if (inOrder.isEmpty()) {
      return;
    }
    Lane<K, IN, OUT, P> lane = new Lane<>(this, key);
    inOrder.forEach((sequence, input) -> lane.append(sequence, input, watermarks.enter()));
    lane.setProgressStored(true); // perhaps: asking state tells
    busy.put(key, lane);
    accepted.addAndGet(inOrder.size());
  }
}
