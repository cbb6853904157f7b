package io.caudal.stream.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.junit.jupiter.api.Test;

class OutlivedCommitsTest {
  private final List<String> told = new ArrayList<>();

  @Test
  void a_transaction_that_brokers_do_not_know_is_passed_over() throws Exception {
    commit(
        request -> {
          request.signalFailedWithUnknownReason(new InvalidPidMappingException("of another"));
        });
    assertThat(told).containsExactly("known InvalidPidMappingException", "closed");
  }

  @Test
  void all_else_is_as_the_connector_says() throws Exception {
    commit(
        request -> {
          request.signalFailedWithUnknownReason(new TransactionAbortedException());
          request.signalFailedWithKnownReason(new IllegalStateException());
          request.retryLater();
          request.updateAndRetryLater(request.getCommittable() + "b");
          request.signalAlreadyCommitted();
          told.add(request.getCommittable() + " tried " + request.getNumberOfRetries());
        });
    assertThat(told)
        .containsExactly(
            "unknown TransactionAbortedException",
            "known IllegalStateException",
            "retry",
            "retry ab",
            "committed",
            "a tried 3",
            "closed");
  }

  private interface Connector {
    void commit(Committer.CommitRequest<String> request);
  }

  private void commit(Connector connector) throws Exception {
    Committer<String> committer =
        new Committer<>() {
          @Override
          public void commit(Collection<CommitRequest<String>> requests) {
            requests.forEach(connector::commit);
          }

          @Override
          public void close() {
            told.add("closed");
          }
        };
    OutlivedCommits<String> commits = new OutlivedCommits<>(committer);
    commits.commit(List.of(new Told()));
    commits.close();
  }

  private final class Told implements Committer.CommitRequest<String> {

    @Override
    public String getCommittable() {
      return "a";
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
    public void updateAndRetryLater(String committable) {
      told.add("retry " + committable);
    }

    @Override
    public void signalAlreadyCommitted() {
      told.add("committed");
    }
  }
}
