package io.caudal.stream.operator;

import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.metrics.Counter;

/**
 * Keeps a full operator from taking inputs in, but lets checkpoints through.
 *
 * <p>A plain {@code yield()}, as in AsyncWaitOperator, would hold checkpoints up: it runs mails of
 * this operator only, never a checkpoint's, so the checkpoint would wait for a call to complete.
 * Hence the valve: if a mail is there that may not run here, one input is taken in beyond the
 * capacity, the operator returns to the task's loop, and the checkpoint runs. At the hard capacity
 * a checkpoint does wait for a call; unless calls are held, for then it would wait in vain.
 */
final class Valve {

  private final MailboxExecutor mailbox;
  private final Counter opened;

  Valve(MailboxExecutor mailbox, Counter opened) {
    this.mailbox = mailbox;
    this.opened = opened;
  }

  /**
   * Returns when one more input of the key may be taken in. Runs completions and timers meanwhile,
   * which change the current key.
   */
  <K> void await(KeyQueues<K, ?, ?, ?> queues, K key, HeldCalls held) throws InterruptedException {
    while (!queues.hasRoom(key) && !held.isHolding()) {
      if (mailbox.tryYield()) {
        continue;
      }
      if (mailbox.shouldInterrupt() && queues.isBelowHardLimit()) {
        opened.inc();
        return;
      }
      Thread.sleep(1); // nothing wakes a thread for both kinds of mail
    }
  }
}
