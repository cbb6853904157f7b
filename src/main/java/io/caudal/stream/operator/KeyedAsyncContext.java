package io.caudal.stream.operator;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;

/**
 * What a {@link KeyedAsyncFunction} gets from its operator; usable until it is closed, on the task
 * thread only.
 *
 * @param <OUT> records of the main output
 */
public interface KeyedAsyncContext<OUT> {

  /** Keyed state handles, metric group, task information. */
  RuntimeContext runtime();

  /** The keyed state's backend, as Flink calls it: {@code rocksdb}, {@code hashmap}. */
  String stateBackend();

  /** True if the operator's state came from a checkpoint or savepoint. */
  boolean isRestored();

  /**
   * A number above those of all earlier runs, also if this one goes on from an older state. Readers
   * of an at-least-once output tell runs apart by it; subtasks of a run differ in it.
   */
  long attempt();

  /** State that is the same in all subtasks; for {@link KeyedAsyncFunction#control} to write. */
  <UK, UV> BroadcastState<UK, UV> broadcastState(MapStateDescriptor<UK, UV> descriptor)
      throws Exception;

  /**
   * State of which each subtask sees the entries of all after a restart; written in {@link
   * KeyedAsyncFunction#snapshot}.
   */
  <T> ListState<T> unionState(ListStateDescriptor<T> descriptor) throws Exception;

  /** The key group of the current key: subtasks hold key groups, and hand them on whole. */
  int currentKeyGroup();

  /**
   * Visits each key that has something in a state, a few at a time: inputs and calls go on in
   * between.
   *
   * @param keys type of the keys
   * @param state name of the state
   * @param end runs after the last key, with no key set; never if the operator closes before
   */
  <K> void scan(Class<K> keys, String state, KeyVisit<K, OUT> visit, TaskAction<OUT> end);

  /** Visits one key soon, between inputs. Task thread only. */
  <K> void visit(K key, KeyVisit<K, OUT> visit);

  /** Epoch milliseconds, by the operator's clock. */
  long currentTimeMillis();

  /** The TaskManager's folders for what need not last, RocksDB's files among it. */
  List<Path> temporaryFolders();

  /** What the operator has taken in and not finished. Any thread may ask. */
  InFlight inFlight();

  /** Time that the task thread has spent in emitting records, sinks chained to it included. */
  long emitNanos();

  /**
   * Has {@link KeyedAsyncFunction#onTimer} called for the current key at an epoch millisecond; the
   * timer is part of the state. One timer for each key and time.
   */
  void registerTimer(long timestampMillis);

  void deleteTimer(long timestampMillis);

  /**
   * Has calls wait with their completion, or ends that wait: while held, nothing is emitted by
   * them. Calls start and run, inputs are taken in beyond all limits, for nothing makes room. A
   * checkpoint has such calls as unfinished ones. What {@link KeyedAsyncFunction#overtakes} waits
   * too. Not for long.
   */
  void hold(boolean hold) throws Exception;

  /** Runs the action on the task thread, with no key set; dropped after the end. Any thread. */
  void execute(TaskAction<OUT> action);

  /**
   * Runs the action once, so much later, on the task thread, with no key set; never after the end.
   */
  void after(Duration delay, TaskAction<OUT> action);

  /**
   * Runs the action again and again from one interval after now, until the operator closes; no key
   * is set, nothing of it is part of the state.
   */
  void every(Duration interval, TaskAction<OUT> action);
}
