package io.caudal.stream.operator;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperatorFactory;

/** Makes the {@link KeyedAsyncOperator} of each subtask. Both its inputs are hash edges. */
final class KeyedAsyncOperatorFactory<K, IN, CONTROL, OUT, P>
    extends AbstractStreamOperatorFactory<OUT>
    implements TwoInputStreamOperatorFactory<IN, Tuple2<Integer, CONTROL>, OUT> {

  private final KeyedAsyncFunction<K, IN, CONTROL, OUT, P> function;
  private final InFlightLimits limits;
  private final EpochSource epochs;
  private final TypeInformation<IN> inputType;
  private final TypeInformation<P> progressType;
  private final int keyGroups;

  /**
   * @param keyGroups the max parallelism for which control records are copied
   */
  KeyedAsyncOperatorFactory(
      KeyedAsyncFunction<K, IN, CONTROL, OUT, P> function,
      InFlightLimits limits,
      EpochSource epochs,
      TypeInformation<IN> inputType,
      TypeInformation<P> progressType,
      int keyGroups) {
    this.function = function;
    this.limits = limits;
    this.epochs = epochs;
    this.inputType = inputType;
    this.progressType = progressType;
    this.keyGroups = keyGroups;
    this.chainingStrategy = ChainingStrategy.HEAD;
  }

  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // as inherited
  public <T extends StreamOperator<OUT>> T createStreamOperator(
      StreamOperatorParameters<OUT> parameters) {
    return (T)
        new KeyedAsyncOperator<>(
            parameters, function, limits, epochs, inputType, progressType, keyGroups);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return KeyedAsyncOperator.class;
  }
}
