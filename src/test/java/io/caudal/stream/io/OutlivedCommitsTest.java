package io.caudal.stream.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.internal.FlinkKafkaInternalProducer;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OutlivedCommitsTest {
  private final List<String> told = new ArrayList<>();

  @Test
  void a_transaction_that_brokers_do_not_know_is_passed_over() throws Exception {
    commit(
        null,
        request -> {
          request.signalFailedWithUnknownReason(new InvalidPidMappingException("of another"));
        });
    assertThat(told).containsExactly("known InvalidPidMappingException", "free a", "closed");
  }

  @Test
  void one_of_the_running_job_is_a_failure() throws Exception {
    var producer = new FlinkKafkaInternalProducer<byte[], byte[]>(client(), "a");
    try {
      commit(
          producer,
          request ->
              request.signalFailedWithUnknownReason(new InvalidPidMappingException("forgotten")));
    } finally {
      producer.close();
    }
    assertThat(told).containsExactly("unknown InvalidPidMappingException", "closed");
  }

  @Test
  void all_else_is_as_the_connector_says() throws Exception {
    commit(
        null,
        request -> {
          request.signalFailedWithUnknownReason(new TransactionAbortedException());
          request.signalFailedWithKnownReason(new IllegalStateException());
          request.retryLater();
          request.updateAndRetryLater(request.getCommittable());
          request.signalAlreadyCommitted();
          told.add(
              request.getCommittable().getTransactionalId()
                  + " tried "
                  + request.getNumberOfRetries());
        });
    assertThat(told)
        .containsExactly(
            "unknown TransactionAbortedException",
            "known IllegalStateException",
            "retry",
            "retry a",
            "committed",
            "a tried 3",
            "closed");
  }

  private interface Connector {
    void commit(Committer.CommitRequest<KafkaCommittable> request);
  }

  private void commit(
      @Nullable FlinkKafkaInternalProducer<byte[], byte[]> producer, Connector connector)
      throws Exception {
    Committer<KafkaCommittable> committer =
        new Committer<>() {
          @Override
          public void commit(Collection<CommitRequest<KafkaCommittable>> requests) {
            requests.forEach(connector::commit);
          }

          @Override
          public void close() {
            told.add("closed");
          }
        };
    OutlivedCommits commits = new OutlivedCommits(committer, id -> told.add("free " + id));
    commits.commit(List.of(new Told(new KafkaCommittable(1, (short) 2, "a", producer))));
    commits.close();
  }

  private static Properties client() {
    Properties client = new Properties();
    client.put("bootstrap.servers", "127.0.0.1:1");
    client.put("key.serializer", ByteArraySerializer.class.getName());
    client.put("value.serializer", ByteArraySerializer.class.getName());
    return client;
  }

  private final class Told implements Committer.CommitRequest<KafkaCommittable> {
    private final KafkaCommittable committable;

    Told(KafkaCommittable committable) {
      this.committable = committable;
    }

    @Override
    public KafkaCommittable getCommittable() {
      return committable;
    }

    @Override
    public int getNumberOfRetries() {
      return 3;
    }

    @Override
    public void signalFailedWithKnownReason(Throwable reason) {
      told.add("known " + reason.getClass().getSimpleName());
    }

    @Override
    public void signalFailedWithUnknownReason(Throwable reason) {
      told.add("unknown " + reason.getClass().getSimpleName());
    }

    @Override
    public void retryLater() {
      told.add("retry");
    }

    @Override
    public void updateAndRetryLater(KafkaCommittable other) {
      told.add("retry " + other.getTransactionalId());
    }

    @Override
    public void signalAlreadyCommitted() {
      told.add("committed");
    }
  }
}
