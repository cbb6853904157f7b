package io.caudal.cli.local;

import io.caudal.config.KafkaSettings;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * A Kafka broker in a process of its own, on the loopback address, with its data in the run folder.
 */
public final class LocalBroker implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(90);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);
  private static final String A_DAY = Long.toString(Duration.ofDays(1).toMillis());
  private static final String ACKS_BYTES = Integer.toString(64 << 20);
  private static final String ACKS_SEGMENT = Integer.toString(16 << 20);
  private static final String AN_HOUR = Long.toString(Duration.ofHours(1).toMillis());
  private static final int PARTITIONS = 4;

  private final ChildProcess process;
  private final int port;

  private LocalBroker(ChildProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts the process and returns at once; {@link #awaitReady} waits for it.
   *
   * @param wantedPort 0 for any free one
   */
  public static LocalBroker start(Installation installation, RunFolder folder, int wantedPort) {
    int port = Ports.choose(wantedPort, "--port");
    FlinkConf.copyLogging(installation.flinkConf(), folder);
    List<String> flags =
        List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto");
    ChildProcess process =
        ChildProcess.start(
            "broker",
            folder,
            flags,
            installation.brokerClassPath(),
            "io.caudal.cli.local.BrokerMain",
            List.of(
                folder.resolve("kafka").toString(),
                Integer.toString(port),
                Integer.toString(Ports.choose(0, ""))),
            Map.of());
    return new LocalBroker(process, port);
  }

  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  int port() {
    return port;
  }

  ChildProcess process() {
    return process;
  }

  /**
   * Waits until the broker answers and makes the topics that are not there.
   *
   * @throws CaudalException {@code CLUSTER_FAILED} with the log's end if it doesn't come up
   */
  public void awaitReady(KafkaSettings settings) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", awaitPort()))) {
      process.await("the broker's first answer", START_LIMIT, () -> answers(admin));
      createTopics(admin, settings);
      process.await("partitions that take records", START_LIMIT, () -> leads(admin, settings));
    }
  }

  /** A client that asks before the port is open backs off for longer than the start takes. */
  private String awaitPort() {
    process.await("port " + port + " opened", START_LIMIT, () -> Ports.isOpen(port));
    return bootstrapServers();
  }

  private static boolean answers(Admin admin) {
    try {
      return !admin.describeCluster().nodes().get(2, TimeUnit.SECONDS).isEmpty();
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Whether the broker has begun to lead all partitions. A producer without transactions whose
   * first batch comes too early and whose second does not loses the first: the partition then takes
   * no earlier number.
   */
  static boolean leads(Admin admin, KafkaSettings settings) {
    try {
      Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
      for (TopicDescription topic :
          admin
              .describeTopics(settings.topics())
              .allTopicNames()
              .get(2, TimeUnit.SECONDS)
              .values()) {
        for (TopicPartitionInfo one : topic.partitions()) {
          ends.put(new TopicPartition(topic.name(), one.partition()), OffsetSpec.latest());
        }
      }
      return admin.listOffsets(ends).all().get(2, TimeUnit.SECONDS).size() == ends.size();
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void createTopics(Admin admin, KafkaSettings settings) {
    for (var topic : admin.createTopics(topics(settings)).values().entrySet()) {
      try {
        topic.getValue().get(30, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw process.failed("cannot create topic " + topic.getKey() + ": " + e.getCause());
        }
      } catch (TimeoutException e) {
        throw process.failed("topic " + topic.getKey() + " was not created within 30 s");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CaudalException(ErrorCode.CLUSTER_FAILED, "interrupted while creating topics");
      }
    }
  }

  private static List<NewTopic> topics(KafkaSettings settings) {
    return settings.topics().stream()
        .map(
            name -> {
              // Control is one ordered log of which the newest value per key counts.
              int partitions = name.equals(settings.controlTopic()) ? 1 : PARTITIONS;
              return new NewTopic(name, partitions, (short) 1).configs(configs(settings, name));
            })
        .toList();
  }

  /** What differs from the broker's defaults. */
  private static Map<String, String> configs(KafkaSettings settings, String topic) {
    if (topic.equals(settings.controlTopic())) {
      return Map.of("cleanup.policy", "compact");
    }
    if (topic.equals(settings.acksTopic())) {
      // The history of control needs them; lists of sessions would fill any disk in the end.
      return Map.of(
          "retention.ms", "-1", "retention.bytes", ACKS_BYTES, "segment.bytes", ACKS_SEGMENT);
    }
    return topic.equals(settings.metricsTopic())
        ? Map.of("retention.ms", A_DAY, "segment.ms", AN_HOUR)
        : Map.of();
  }

  /** Stops cleanly; by force if it takes too long. */
  @Override
  public void close() {
    process.terminate();
    process.end(STOP_LIMIT);
  }
}
