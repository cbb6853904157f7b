package io.caudal.cli.local;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A Kafka broker and controller in one process, on this machine's loopback address only: {@code
 * BrokerMain FOLDER PORT CONTROLLER_PORT}. Formats the folder if it is new.
 */
public final class BrokerMain {
  private BrokerMain() {}

  public static void main(String[] args) throws Exception {
    KafkaRaftServer server =
        start(Path.of(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2]));
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "broker-shutdown"));
    server.awaitShutdown();
  }

  /** Starts a broker in this process. */
  static KafkaRaftServer start(Path folder, int port, int controllerPort) throws Exception {
    if (!Files.exists(folder.resolve("meta.properties"))) {
      format(folder);
    }
    Properties config = config(folder, port, controllerPort);
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(config), Time.SYSTEM);
    server.startup();
    return server;
  }

  private static void format(Path folder) throws Exception {
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setNodeId(1)
        .setClusterId(Uuid.randomUuid().toString())
        .setControllerListenerName("CONTROLLER")
        .setMetadataLogDirectory(folder.toString())
        .setHasDynamicQuorum(false)
        .setIgnoreFormatted(true)
        .addDirectory(folder.toString())
        .run();
  }

  private static Properties config(Path folder, int port, int controllerPort) {
    Properties config = new Properties();
    config.put("process.roles", "broker,controller");
    config.put("node.id", "1");
    config.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    config.put(
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
    config.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    config.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    config.put("inter.broker.listener.name", "PLAINTEXT");
    config.put("controller.listener.names", "CONTROLLER");
    config.put("log.dirs", folder.toString());
    config.put("auto.create.topics.enable", "false");
    // One node: nothing can be replicated, and few partitions start faster.
    config.put("offsets.topic.replication.factor", "1");
    config.put("offsets.topic.num.partitions", "4");
    config.put("transaction.state.log.replication.factor", "1");
    config.put("transaction.state.log.min.isr", "1");
    config.put("transaction.state.log.num.partitions", "4");
    config.put("share.coordinator.state.topic.replication.factor", "1");
    config.put("share.coordinator.state.topic.min.isr", "1");
    config.put("share.coordinator.state.topic.num.partitions", "1");
    config.put("group.initial.rebalance.delay.ms", "0");
    config.put("transaction.max.timeout.ms", "86400000");
    config.put("num.network.threads", "2");
    config.put("num.io.threads", "2");
    config.put("background.threads", "2");
    // The default asks for 128 MB of heap.
    config.put("log.cleaner.dedupe.buffer.size", "2097152");
    config.put("log.segment.bytes", "67108864");
    config.put("message.max.bytes", "67108864");
    // After a crash a broker waits for its own old session to expire.
    config.put("broker.session.timeout.ms", "1500");
    config.put("broker.heartbeat.interval.ms", "300");
    return config;
  }
}
