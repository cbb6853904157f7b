package io.caudal.stream.io;

import io.caudal.config.KafkaSettings;
import java.io.IOException;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.connector.kafka.sink.internal.KafkaCommitter;
import org.apache.flink.connector.kafka.sink.internal.TransactionFinished;
import org.apache.flink.connector.kafka.util.AdminUtils;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPostCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.lineage.LineageVertex;
import org.apache.flink.streaming.api.lineage.LineageVertexProvider;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's sink with pooled transactions, and what it lacks (connector 5.0.0) to be started again
 * and again, on any state: see {@link OutlivedCommits}, and an admin client that a writer uses as
 * it starts and never closes. Each one left would keep a thread, and with it the job's classes.
 */
final class TransactionalSink<T>
    implements Sink<T>,
        SupportsWriterState<T, KafkaWriterState>,
        SupportsCommitter<KafkaCommittable>,
        SupportsPostCommitTopology<KafkaCommittable>,
        LineageVertexProvider {
  private static final long serialVersionUID = 1L;

  private final KafkaSink<T> sink;
  private final KafkaSettings settings;
  private final String topic;

  /**
   * @param sink with exactly-once delivery and pooled names
   * @param topic that it writes to
   */
  TransactionalSink(KafkaSink<T> sink, KafkaSettings settings, String topic) {
    this.sink = sink;
    this.settings = settings;
    this.topic = topic;
  }

  @Override
  public StatefulSinkWriter<T, KafkaWriterState> createWriter(WriterInitContext context)
      throws IOException {
    return restoreWriter(context, List.of());
  }

  @Override
  public StatefulSinkWriter<T, KafkaWriterState> restoreWriter(
      WriterInitContext context, Collection<KafkaWriterState> states) throws IOException {
    Field admin = adminOfWriters();
    requireAnswers();
    StatefulSinkWriter<T, KafkaWriterState> writer = sink.restoreWriter(context, states);
    closeAdmin(admin, writer);
    return writer;
  }

  /** The connector asks the same first; where it fails, its admin client is left. */
  private void requireAnswers() throws IOException {
    Admin admin = Admin.create(settings.clientConfig());
    try {
      var unused = AdminUtils.getOpenTransactionsForTopics(admin, List.of(topic));
    } catch (RuntimeException e) {
      throw new IOException(
          String.format(
              "Kafka at %s does not tell of the topic %s and its transactions, which the job writes",
              settings.bootstrapServers(), topic),
          e);
    } finally {
      admin.close(Duration.ZERO);
    }
  }

  private static Field adminOfWriters() {
    try {
      String writers = KafkaSink.class.getPackageName() + ".ExactlyOnceKafkaWriter";
      Field field = Class.forName(writers).getDeclaredField("adminClient");
      field.setAccessible(true);
      return field;
    } catch (ReflectiveOperationException e) {
      throw otherConnector(e);
    }
  }

  private static void closeAdmin(Field field, Object writer) {
    try {
      if (field.get(writer) instanceof Admin admin) {
        admin.close(Duration.ZERO);
        field.set(writer, null); // it would make another
      }
    } catch (IllegalAccessException e) {
      throw otherConnector(e);
    }
  }

  private static IllegalStateException otherConnector(@Nullable Exception cause) {
    return new IllegalStateException(
        "Not the Kafka connector that this was made for, 5.0.0", cause);
  }

  @Override
  public SimpleVersionedSerializer<KafkaWriterState> getWriterStateSerializer() {
    return sink.getWriterStateSerializer();
  }

  @Override
  public Committer<KafkaCommittable> createCommitter(CommitterInitContext context) {
    if (!(sink.createCommitter(context) instanceof KafkaCommitter committer)) {
      throw otherConnector(null);
    }
    return new OutlivedCommits(
        committer, id -> committer.getBackchannel().send(TransactionFinished.erroneously(id)));
  }

  @Override
  public SimpleVersionedSerializer<KafkaCommittable> getCommittableSerializer() {
    return sink.getCommittableSerializer();
  }

  @Override
  public void addPostCommitTopology(DataStream<CommittableMessage<KafkaCommittable>> committables) {
    sink.addPostCommitTopology(committables);
  }

  @Override
  public LineageVertex getLineageVertex() {
    return sink.getLineageVertex();
  }
}
