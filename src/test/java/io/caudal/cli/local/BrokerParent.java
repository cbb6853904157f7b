package io.caudal.cli.local;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A process with a broker as its child, to be killed: prints the child's id and its folder. */
final class BrokerParent {
  private BrokerParent() {}

  public static void main(String[] args) throws InterruptedException {
    RunFolder folder = RunFolder.temporary();
    LocalBroker broker = LocalBroker.start(Installation.locate(), folder, 0);
    broker.awaitReady(KafkaSettings.from(Settings.of(Map.of())));
    System.out.println(broker.process().pid());
    System.out.println(folder.path());
    new CountDownLatch(1).await();
  }
}
