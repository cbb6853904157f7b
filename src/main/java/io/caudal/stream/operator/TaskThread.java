package io.caudal.stream.operator;

import java.util.concurrent.RejectedExecutionException;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.util.function.ThrowingRunnable;

/** The way from any thread to the task thread, open until the operator closes. */
final class TaskThread {

  private final MailboxExecutor mailbox;
  private volatile boolean closed;

  TaskThread(MailboxExecutor mailbox) {
    this.mailbox = mailbox;
  }

  /** Runs the action later, or never if the operator closes first. An exception fails the task. */
  void execute(ThrowingRunnable<Exception> action, String description) {
    if (closed) {
      return;
    }
    ThrowingRunnable<Exception> unlessClosed =
        () -> {
          if (!closed) {
            action.run();
          }
        };
    try {
      mailbox.execute(unlessClosed, description);
    } catch (RejectedExecutionException closing) {
      // The task ends; what is unfinished starts again from the last checkpoint.
      closed = true;
    }
  }

  void close() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }
}
