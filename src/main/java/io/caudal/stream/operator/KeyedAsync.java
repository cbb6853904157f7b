package io.caudal.stream.operator;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/** Puts a {@link KeyedAsyncFunction} into a job graph, as Flink's AsyncDataStream does. */
public final class KeyedAsync {

  private KeyedAsync() {}

  /**
   * Runs the function over a keyed stream.
   *
   * @param name of the operator
   * @param input the keyed inputs
   * @param control records for every subtask; plain, not broadcast, see {@link ControlReplication}
   * @param epochs each subtask asks for one as it starts
   * @return the main output; set its uid, and leave its max parallelism alone
   */
  public static <K, IN, CONTROL, OUT, P> SingleOutputStreamOperator<OUT> process(
      String name,
      KeyedStream<IN, K> input,
      DataStream<CONTROL> control,
      KeyedAsyncFunction<K, IN, CONTROL, OUT, P> function,
      InFlightLimits limits,
      EpochSource epochs,
      TypeInformation<P> progressType,
      TypeInformation<OUT> outputType) {
    var environment = input.getExecutionEnvironment();
    ControlReplication<CONTROL> replication = ControlReplication.of(environment);
    var factory =
        new KeyedAsyncOperatorFactory<>(
            function, limits, epochs, input.getType(), progressType, replication.keyGroups());
    return input
        .connect(replication.replicate(name, control))
        .transform(name, outputType, factory)
        .setMaxParallelism(replication.keyGroups());
  }
}
