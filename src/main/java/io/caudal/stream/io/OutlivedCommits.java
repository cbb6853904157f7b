package io.caudal.stream.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes over transactions that the brokers know nothing of any more. A state holds those that were
 * not yet committed when it was written, and asks for that again whenever a job starts from it. By
 * then the id may be gone, a week after its last use, or on brokers that never had it, or belong to
 * another producer, after 32,767 epochs of one that commits twice a second. What became of them is
 * long decided. The connector takes that for an unknown failure, from which the job would restart
 * for ever.
 *
 * @param <C> what is committed
 */
@SuppressWarnings("try") // close() is as inherited
final class OutlivedCommits<C> implements Committer<C> {
  private static final Logger LOG = LoggerFactory.getLogger(OutlivedCommits.class);

  private final Committer<C> committer;

  OutlivedCommits(Committer<C> committer) {
    this.committer = committer;
  }

  @Override
  public void commit(Collection<CommitRequest<C>> requests)
      throws IOException, InterruptedException {
    List<CommitRequest<C>> all = new ArrayList<>();
    requests.forEach(request -> all.add(new Request<>(request)));
    committer.commit(all);
  }

  @Override
  public void close() throws Exception {
    committer.close();
  }

  private record Request<C>(CommitRequest<C> request) implements CommitRequest<C> {

    @Override
    public C getCommittable() {
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
      if (reason instanceof InvalidPidMappingException) {
        LOG.warn(
            "{} is of before the brokers' memory: it was committed or given up long ago, or on"
                + " other brokers",
            request.getCommittable());
        request.signalFailedWithKnownReason(reason);
      } else {
        request.signalFailedWithUnknownReason(reason);
      }
    }

    @Override
    public void retryLater() {
      request.retryLater();
    }

    @Override
    public void updateAndRetryLater(C committable) {
      request.updateAndRetryLater(committable);
    }

    @Override
    public void signalAlreadyCommitted() {
      request.signalAlreadyCommitted();
    }
  }
}
