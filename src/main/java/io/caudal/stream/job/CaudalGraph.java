package io.caudal.stream.job;

import io.caudal.config.JobSettings;
import io.caudal.config.KafkaSettings;
import io.caudal.config.RequestSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.ControlChange;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.Request;
import io.caudal.protocol.Result;
import io.caudal.protocol.SessionKeys;
import io.caudal.stream.inference.InferenceFunction;
import io.caudal.stream.inference.Outputs;
import io.caudal.stream.io.ControlParsing;
import io.caudal.stream.io.KafkaEnds;
import io.caudal.stream.io.Observation;
import io.caudal.stream.io.ProducerEpochs;
import io.caudal.stream.io.RawRecord;
import io.caudal.stream.io.RefusalHold;
import io.caudal.stream.io.RequestParsing;
import io.caudal.stream.operator.InFlightLimits;
import io.caudal.stream.operator.KeyedAsync;
import io.caudal.stream.state.WireTypes;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The job graph: {@code requests → parse → keyBy session → inference → results}, with tokens,
 * metrics, acknowledgements and what was refused beside it and the control stream into it, to which
 * the adaptive controller adds by what the metrics show; an observer adds the job's health and
 * reports to the metrics. The uids are part of every savepoint.
 */
final class CaudalGraph {
  private final StreamExecutionEnvironment environment;
  private final Settings settings;
  private final KafkaSettings kafkaSettings;
  private final KafkaEnds kafka;

  CaudalGraph(StreamExecutionEnvironment environment, Settings settings) {
    this.environment = environment;
    this.settings = settings;
    this.kafkaSettings = KafkaSettings.from(settings);
    this.kafka = new KafkaEnds(kafkaSettings);
  }

  void build() {
    JobSettings job = JobSettings.from(settings);
    SingleOutputStreamOperator<Request> requests =
        source(kafka.requests(), "requests")
            .process(new RequestParsing(RequestSettings.from(settings)))
            .returns(WireTypes.REQUEST)
            .name("parse")
            .uid("parse");
    SingleOutputStreamOperator<ControlChange> control =
        source(kafka.control(), "control")
            .process(new ControlParsing())
            .returns(WireTypes.CONTROL_CHANGE)
            .setParallelism(1)
            .name("parse-control")
            .uid("parse-control");

    SingleOutputStreamOperator<Result> results =
        KeyedAsync.process(
                "inference",
                requests.keyBy(SessionKeys::of, Types.STRING),
                control,
                new InferenceFunction(settings),
                new InFlightLimits(
                    job.capacity(),
                    Math.max(job.capacity(), job.hardCapacity()),
                    job.sessionCapacity(),
                    job.asideCapacity()),
                new ProducerEpochs(kafkaSettings),
                PrimitiveArrayTypeInfo.INT_PRIMITIVE_ARRAY_TYPE_INFO,
                WireTypes.RESULT)
            .uid("inference");

    SingleOutputStreamOperator<Result> refused =
        requests
            .getSideOutput(RequestParsing.REFUSED)
            .union(control.getSideOutput(RequestParsing.REFUSED))
            .connect(control.broadcast())
            .transform("refused", WireTypes.RESULT, new RefusalHold())
            .uid("refused");

    sink(results.union(refused), kafka.results(), "results");
    sink(results.getSideOutput(Outputs.TOKENS), kafka.tokens(), "tokens");
    sink(results.getSideOutput(Outputs.SESSIONS), kafka.sessions(), "sessions");
    sink(results.getSideOutput(Outputs.METRICS), kafka.metrics(), "metrics");
    sink(results.getSideOutput(Outputs.ACKS), kafka.acks(), "acks");
    sink(adaptive(results.getSideOutput(Outputs.METRICS)), kafka.changes(), "adaptive")
        .setParallelism(1);
    sink(observed(results.getSideOutput(Outputs.METRICS)), kafka.observations(), "observer")
        .setParallelism(1);
    sink(refused.getSideOutput(RefusalHold.DEAD_LETTERS), kafka.deadLetters(), "dead-letters");
  }

  private static DataStream<ControlChange> adaptive(DataStream<MetricsRecord> metrics) {
    return metrics
        .process(new AdaptiveControl())
        .returns(WireTypes.CONTROL_CHANGE)
        .setParallelism(1)
        .name("adaptive")
        .uid("adaptive");
  }

  private DataStream<Observation> observed(DataStream<MetricsRecord> metrics) {
    long interval = environment.getCheckpointConfig().getCheckpointInterval();
    return metrics
        .transform(
            "observer",
            TypeInformation.of(Observation.class),
            new Observer(JobSettings.from(settings), Math.max(0, interval)))
        .setParallelism(1)
        .uid("observer");
  }

  private SingleOutputStreamOperator<RawRecord> source(KafkaSource<RawRecord> source, String name) {
    return environment.fromSource(source, WatermarkStrategy.noWatermarks(), name).uid(name);
  }

  private static <T> DataStreamSink<T> sink(DataStream<T> records, Sink<T> sink, String name) {
    return records.sinkTo(sink).name(name + "-sink").uid(name + "-sink");
  }
}
