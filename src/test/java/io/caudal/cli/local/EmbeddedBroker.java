package io.caudal.cli.local;

import static org.awaitility.Awaitility.await;

import io.caudal.config.KafkaSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** The local broker in the test's own process, with the topics of the default settings. */
public final class EmbeddedBroker implements AutoCloseable {
  private final KafkaRaftServer server;
  private final String bootstrapServers;

  public EmbeddedBroker(Path folder, KafkaSettings settings) throws Exception {
    int port = Ports.choose(0, "");
    server = BrokerMain.start(folder, port, Ports.choose(0, ""));
    bootstrapServers = "127.0.0.1:" + port;
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      List<NewTopic> topics =
          settings.topics().stream().map(name -> new NewTopic(name, 2, (short) 1)).toList();
      admin.createTopics(topics).all().get();
      await().atMost(Duration.ofMinutes(1)).until(() -> LocalBroker.leads(admin, settings));
    }
  }

  public String bootstrapServers() {
    return bootstrapServers;
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }
}
