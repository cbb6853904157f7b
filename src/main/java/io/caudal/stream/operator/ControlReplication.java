package io.caudal.stream.operator;

import java.util.Arrays;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;

/**
 * Sends every control record to every subtask of an operator, over a hash edge.
 *
 * <p>Flink's {@code broadcast()} would do, but an operator with a broadcast input silently loses
 * unaligned checkpoints on all its inputs (StreamGraphGenerator), and then a barrier waits behind
 * the whole backlog of calls. Here one copy of each record goes to every <em>key group</em>, and a
 * subtask heeds only the copy of its first one. So the copies fit any parallelism, also one that
 * the scheduler changes while the job runs; only the number of key groups (the max parallelism) is
 * fixed, and taken from the environment when the graph is built: {@code pipeline.max-parallelism},
 * or what Flink derives from the default parallelism.
 *
 * <p>A restore with another parallelism from an <em>unaligned</em> checkpoint may miss a control
 * record that some subtasks had seen and others not; savepoints are always aligned.
 *
 * @param <C> control records
 */
final class ControlReplication<C> {

  private final int keyGroups;

  private ControlReplication(int keyGroups) {
    this.keyGroups = keyGroups;
  }

  static <C> ControlReplication<C> of(StreamExecutionEnvironment environment) {
    int declared = environment.getMaxParallelism();
    return new ControlReplication<>(
        declared > 0
            ? declared
            : KeyGroupRangeAssignment.computeDefaultMaxParallelism(environment.getParallelism()));
  }

  /** The max parallelism that the receiving operator must have. */
  int keyGroups() {
    return keyGroups;
  }

  /** Copies of each record, with their key group, on a stream that is partitioned but not keyed. */
  DataStream<Tuple2<Integer, C>> replicate(String name, DataStream<C> control) {
    var copies =
        control
            .flatMap(new Copy<>(keyGroups), Types.TUPLE(Types.INT, control.getType()))
            .name(name + "-control")
            .uid(name + "-control")
            .setParallelism(1)
            .setMaxParallelism(1)
            .keyBy(new Route<>(keyGroups), Types.INT);
    return new DataStream<>(control.getExecutionEnvironment(), copies.getTransformation());
  }

  private static final class Copy<C> implements FlatMapFunction<C, Tuple2<Integer, C>> {
    private final int keyGroups;

    Copy(int keyGroups) {
      this.keyGroups = keyGroups;
    }

    @Override
    public void flatMap(C record, Collector<Tuple2<Integer, C>> out) {
      for (int group = 0; group < keyGroups; group++) {
        out.collect(Tuple2.of(group, record));
      }
    }
  }

  /** A key of the copy's key group. */
  static final class Route<C> implements KeySelector<Tuple2<Integer, C>, Integer> {
    private final int[] keyOfGroup;

    Route(int keyGroups) {
      keyOfGroup = new int[keyGroups];
      Arrays.fill(keyOfGroup, -1);
      int missing = keyGroups;
      for (int key = 0; missing > 0; key++) {
        int group = KeyGroupRangeAssignment.assignToKeyGroup(key, keyGroups);
        if (keyOfGroup[group] < 0) {
          keyOfGroup[group] = key;
          missing--;
        }
      }
    }

    @Override
    public Integer getKey(Tuple2<Integer, C> copy) {
      return keyOfGroup[copy.f0];
    }
  }
}
