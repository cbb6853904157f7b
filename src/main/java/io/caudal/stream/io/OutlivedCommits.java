package io.caudal.stream.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes over transactions of a state that the brokers know nothing of any more. A state holds
 * those that were not yet committed when it was written, and asks for that again whenever a job
 * starts from it. By then the id may be gone, a week after its last use, or on brokers that never
 * had it, or belong to another producer, after 32,767 epochs of one that commits twice a second.
 * What became of them is long decided. The connector takes that for an unknown failure, from which
 * the job would restart for ever. A transaction of the running job that is not known is a failure,
 * once.
 */
@SuppressWarnings("try") // close() is as inherited
final class OutlivedCommits implements Committer<KafkaCommittable> {
  private static final Logger LOG = LoggerFactory.getLogger(OutlivedCommits.class);

  private final Committer<KafkaCommittable> committer;
  private final Consumer<String> finished;

  /**
   * @param finished is told the id of each transaction that was passed over: it can be used again
   */
  OutlivedCommits(Committer<KafkaCommittable> committer, Consumer<String> finished) {
    this.committer = committer;
    this.finished = finished;
  }

  @Override
  public void commit(Collection<CommitRequest<KafkaCommittable>> requests)
      throws IOException, InterruptedException {
    List<CommitRequest<KafkaCommittable>> all = new ArrayList<>();
    requests.forEach(request -> all.add(new Request(request, finished)));
    committer.commit(all);
  }

  @Override
  public void close() throws Exception {
    committer.close();
  }

  private record Request(CommitRequest<KafkaCommittable> request, Consumer<String> finished)
      implements CommitRequest<KafkaCommittable> {

    @Override
    public KafkaCommittable getCommittable() {
      return request.getCommittable();
    }

    @Override
    public int getNumberOfRetries() {
      return request.getNumberOfRetries();
    }

    @Override
    public void signalFailedWithKnownReason(Throwable reason) {
      request.signalFailedWithKnownReason(reason);
    }

    @Override
    public void signalFailedWithUnknownReason(Throwable reason) {
      KafkaCommittable committable = request.getCommittable();
      boolean restored = committable.getProducer().isEmpty();
      if (restored && reason instanceof InvalidPidMappingException) {
        LOG.warn(
            "{} is of before the brokers' memory: it was committed or given up long ago, or on"
                + " other brokers",
            committable);
        request.signalFailedWithKnownReason(reason);
        finished.accept(committable.getTransactionalId());
      } else {
        request.signalFailedWithUnknownReason(reason);
      }
    }

    @Override
    public void retryLater() {
      request.retryLater();
    }

    @Override
    public void updateAndRetryLater(KafkaCommittable committable) {
      request.updateAndRetryLater(committable);
    }

    @Override
    public void signalAlreadyCommitted() {
      request.signalAlreadyCommitted();
    }
  }
}
