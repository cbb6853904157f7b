package io.caudal.stream.io;

import io.caudal.config.KafkaSettings;
import java.io.IOException;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
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
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPostCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.kafka.clients.admin.Admin;

/**
 * Kafka's sink with pooled transactions, and what it lacks (connector 5.0.0) to be started again
 * and again, on any state: see {@link OutlivedCommits}, and an admin client that a writer uses as
 * it starts and never closes. Each one left would keep a thread, and with it the job's classes.
 */
final class TransactionalSink<T>
    implements Sink<T>,
        SupportsWriterState<T, KafkaWriterState>,
        SupportsCommitter<KafkaCommittable>,
        SupportsPostCommitTopology<KafkaCommittable> {
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
    requireTopic();
    StatefulSinkWriter<T, KafkaWriterState> writer = sink.restoreWriter(context, states);
    closeAdmin(writer);
    return writer;
  }

  /** The connector asks the same first; if it failed, its admin client would be left. */
  private void requireTopic() throws IOException {
    Map<String, Object> client = new HashMap<>(settings.client());
    client.put("bootstrap.servers", settings.bootstrapServers());
    Admin admin = Admin.create(client);
    try {
      admin.describeTopics(List.of(topic)).allTopicNames().get();
    } catch (ExecutionException e) {
      throw new IOException(
          String.format(
              "Kafka at %s does not describe the topic %s, which results are written to",
              settings.bootstrapServers(), topic),
          e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("canceled while it asked Kafka for the topic " + topic, e);
    } finally {
      admin.close(Duration.ZERO);
    }
  }

  private static void closeAdmin(Object writer) {
    try {
      Field field = writer.getClass().getDeclaredField("adminClient");
      field.setAccessible(true);
      if (field.get(writer) instanceof Admin admin) {
        admin.close(Duration.ZERO);
        field.set(writer, null);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Not the Kafka connector that this was made for: 5.0.0", e);
    }
  }

  @Override
  public SimpleVersionedSerializer<KafkaWriterState> getWriterStateSerializer() {
    return sink.getWriterStateSerializer();
  }

  @Override
  public Committer<KafkaCommittable> createCommitter(CommitterInitContext context) {
    return new OutlivedCommits<>(sink.createCommitter(context));
  }

  @Override
  public SimpleVersionedSerializer<KafkaCommittable> getCommittableSerializer() {
    return sink.getCommittableSerializer();
  }

  @Override
  public void addPostCommitTopology(DataStream<CommittableMessage<KafkaCommittable>> committables) {
    sink.addPostCommitTopology(committables);
  }
}
