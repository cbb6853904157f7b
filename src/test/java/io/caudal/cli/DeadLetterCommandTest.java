package io.caudal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.cli.local.EmbeddedBroker;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.DeadLetter;
import io.caudal.protocol.DeadLetterJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands over a real broker; the letters are put there by hand. */
@Timeout(120)
@SuppressWarnings("NullAway.Init")
class DeadLetterCommandTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));
  private static final byte[] KEY = bytes("s-1");
  private static final int LARGE = 2_000_000;

  @TempDir private static Path folder;
  private static EmbeddedBroker broker;
  private static KafkaProducer<byte[], byte[]> producer;

  private String out = "";
  private String err = "";

  /**
   * Letters 0:0 whole, 0:1 not text, 0:2 cut with its source, 0:3 cut without, 0:4 of the control
   * topic.
   */
  @BeforeAll
  static void start() throws Exception {
    broker = new EmbeddedBroker(folder, TOPICS);
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers(), "max.request.size", 2 * LARGE),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    byte[] large = bytes("{" + "x".repeat(LARGE));
    send(TOPICS.requestsTopic(), 1, KEY, large);
    letter(ErrorCode.BAD_JSON, TOPICS.requestsTopic(), 9, bytes("{\"reque"));
    letter(ErrorCode.BAD_UTF8, TOPICS.requestsTopic(), 10, new byte[] {(byte) 0xff, 1});
    letter(ErrorCode.TOO_LARGE, TOPICS.requestsTopic(), 0, large);
    letter(ErrorCode.TOO_LARGE, TOPICS.requestsTopic(), 77, large);
    letter(ErrorCode.BAD_FIELD, TOPICS.controlTopic(), 3, bytes("{}"));
  }

  @AfterAll
  static void stop() {
    producer.close();
    broker.close();
  }

  private static void letter(ErrorCode code, String topic, long offset, byte[] value)
      throws Exception {
    DeadLetter letter = DeadLetter.of(code, "why " + offset, topic, 1, offset, 1000, KEY, value);
    send(TOPICS.deadLetterTopic(), 0, null, DeadLetterJson.write(letter));
  }

  private static void send(String topic, int partition, byte @Nullable [] key, byte[] value)
      throws Exception {
    producer.send(new ProducerRecord<>(topic, partition, key, value)).get();
  }

  @Test
  void list_names_place_time_code_source_and_reason() {
    assertThat(run("list")).isZero();
    assertThat(out)
        .hasLineCount(5)
        .contains(
            "0:0      1970-01-01T00:00:01Z bad_json         caudal.requests/1/9 why 9\n",
            "0:4      1970-01-01T00:00:01Z bad_field        caudal.control/1/3 why 3\n");
  }

  @Test
  void list_may_be_narrowed_and_read_by_programs() {
    assertThat(run("list", "--code", "bad_utf8", "--json")).isZero();
    assertThat(out)
        .isEqualTo(
            "{\"partition\":0,\"offset\":1,\"timestamp_ms\":1000,\"code\":\"bad_utf8\","
                + "\"reason\":\"why 10\",\"source\":{\"topic\":\"caudal.requests\",\"partition\":1,"
                + "\"offset\":10},\"original_bytes\":2,\"whole\":true}\n");
  }

  @Test
  void show_has_the_original_as_text_or_in_hexadecimal() {
    assertThat(run("show", "0:0")).isZero();
    assertThat(out).contains("key       s-1\n", "value     7 bytes\n\n{\"reque\n");
    assertThat(run("show", "0:1")).isZero();
    assertThat(out).endsWith("\n\nff 01\n");
    assertThat(run("show", "0:2", "--bytes", "3")).isZero();
    assertThat(out).endsWith("2000001 bytes, of these the first 3\n\n{xx\n");
  }

  @Test
  void show_of_what_is_not_there_says_so() {
    assertThat(run("show", "0:99")).isEqualTo(1);
    assertThat(err)
        .isEqualTo(
            "caudal: BAD_PARAMETER: no dead letter at 0:99 of caudal.dead-letter; see: caudal"
                + " dead-letter list\n");
    assertThat(run("show", "3:0")).isEqualTo(1);
    assertThat(run("show", "first")).isEqualTo(2);
  }

  @Test
  void replay_sends_what_can_be_sent_and_counts() {
    int before = requests().size();
    assertThat(run("replay", "--all", "--dry-run", "--json")).isEqualTo(1);
    assertThat(out)
        .isEqualTo(
            "{\"dry_run\":true,\"sent\":2,\"sent_from_source\":1,\"source_gone\":1,"
                + "\"not_a_request\":1}\n");
    assertThat(requests()).hasSize(before);

    assertThat(run("replay", "0:1")).isZero();
    assertThat(run("replay", "--code", "bad_json")).isZero();
    assertThat(run("replay", "0:2")).isZero();
    assertThat(run("replay", "0:3")).isEqualTo(1);

    List<ConsumerRecord<byte[], byte[]>> all = requests();
    assertThat(all).hasSize(before + 3).allSatisfy(one -> assertThat(one.key()).isEqualTo(KEY));
    assertThat(all)
        .extracting(one -> one.value().length)
        .contains(2, bytes("{\"reque").length)
        .filteredOn(length -> length == LARGE + 1)
        .hasSizeGreaterThanOrEqualTo(2);
  }

  @Test
  void replay_needs_to_know_which() {
    assertThat(run("replay")).isEqualTo(2);
    assertThat(run("replay", "--all", "0:1")).isEqualTo(2);
  }

  private static List<ConsumerRecord<byte[], byte[]>> requests() {
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          List.of(
              new TopicPartition(TOPICS.requestsTopic(), 0),
              new TopicPartition(TOPICS.requestsTopic(), 1));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        consumer.poll(Duration.ofMillis(50)).forEach(all::add);
      }
    }
    return all;
  }

  private int run(String... args) {
    List<String> all = new ArrayList<>(List.of("dead-letter"));
    all.addAll(List.of(args));
    all.addAll(List.of("--bootstrap-servers", broker.bootstrapServers()));
    Commands run = Commands.run(all.toArray(String[]::new));
    out = run.out();
    err = run.err();
    return run.code();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
