package io.caudal.stream.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.stream.operator.DelayedFunction.Turn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamEdge;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The operator in a job that fails once, with RocksDB and unaligned checkpoints. */
class KeyedAsyncOperatorMiniClusterTest {

  private static final int PARALLELISM = 2;
  private static final int KEYS = 60;
  private static final int TURNS = 60;

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(PARALLELISM)
              .build());

  @Test
  void every_turn_comes_once_and_in_order_through_a_failure(@TempDir Path checkpoints)
      throws Exception {
    StreamExecutionEnvironment environment = environment(checkpoints);
    Map<String, List<Integer>> turnsByKey = new HashMap<>();
    long first = CountedEpochs.last() + 1L;
    int afterRestart = 0;
    for (Turn turn : job(environment).executeAndCollect("keyed-async", KEYS * TURNS + 1)) {
      turnsByKey.computeIfAbsent(turn.key(), key -> new ArrayList<>()).add(turn.n());
      afterRestart += turn.attempt() >= first + PARALLELISM ? 1 : 0;
    }

    assertThat(turnsByKey).hasSize(KEYS);
    List<Integer> inOrder = IntStream.range(0, TURNS).boxed().toList();
    assertThat(turnsByKey.values()).allSatisfy(turns -> assertThat(turns).isEqualTo(inOrder));
    assertThat(DelayedFunction.attempts).contains(first).hasSizeGreaterThan(PARALLELISM);
    assertThat(afterRestart).isPositive();
    assertThat(DelayedFunction.restoredProgress.sum()).isPositive();
    assertThat(DelayedFunction.controls).contains("0:x", "0:y", "1:x", "1:y");
  }

  @Test
  void both_inputs_keep_unaligned_checkpoints(@TempDir Path checkpoints) {
    StreamExecutionEnvironment environment = environment(checkpoints);
    job(environment).print();
    var operators =
        environment.getStreamGraph().getStreamNodes().stream()
            .filter(node -> node.getOperatorName().equals("calls"))
            .toList();
    assertThat(operators).hasSize(1);
    assertThat(operators.get(0).getInEdges())
        .hasSize(2)
        .allMatch(StreamEdge::supportsUnalignedCheckpoints);
  }

  private static SingleOutputStreamOperator<Turn> job(StreamExecutionEnvironment environment) {
    var items =
        environment
            .fromSequence(0, (long) KEYS * TURNS - 1)
            .setParallelism(1)
            .map(new ToItem(), TypeInformation.of(Item.class))
            .setParallelism(1)
            .keyBy(Item::key);
    return KeyedAsync.process(
            "calls",
            items,
            environment.fromData(Types.STRING, "x", "y"),
            new DelayedFunction(TURNS / 2),
            new InFlightLimits(100, 400),
            new CountedEpochs(),
            Types.INT,
            TypeInformation.of(Turn.class))
        .uid("calls");
  }

  private static StreamExecutionEnvironment environment(Path checkpoints) {
    Map<String, String> options =
        Map.ofEntries(
            Map.entry("parallelism.default", String.valueOf(PARALLELISM)),
            Map.entry("pipeline.max-parallelism", "32"),
            Map.entry("pipeline.generic-types", "false"),
            Map.entry("pipeline.object-reuse", "true"),
            Map.entry("state.backend.type", "rocksdb"),
            Map.entry("execution.checkpointing.incremental", "true"),
            Map.entry("execution.checkpointing.interval", "100 ms"),
            Map.entry("execution.checkpointing.unaligned.enabled", "true"),
            Map.entry("execution.checkpointing.dir", checkpoints.toUri().toString()),
            Map.entry("restart-strategy.type", "fixed-delay"),
            Map.entry("restart-strategy.fixed-delay.attempts", "1"),
            Map.entry("restart-strategy.fixed-delay.delay", "10 ms"));
    return StreamExecutionEnvironment.getExecutionEnvironment(Configuration.fromMap(options));
  }

  private static final class ToItem implements MapFunction<Long, Item>, CheckpointListener {
    @Override
    public Item map(Long i) {
      return new Item("k" + i % KEYS, (int) (i / KEYS));
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
      if (DelayedFunction.progressAsked) {
        DelayedFunction.checkpointsWithProgress.incrementAndGet();
      }
    }
  }
}
