package io.caudal.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.caudal.protocol.HostileAudit;
import io.caudal.protocol.HostileKind;
import io.caudal.protocol.HostileRequest;
import io.caudal.protocol.HostileRequests;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Hostile requests at a steady rate beside others' requests: each must be accounted for, and the
 * others' latency is compared, by turns, with that beside nothing, beside the same kinds of records
 * in a topic nobody reads (what sender and broker cost on the same cores), and beside as many small
 * good requests: what those cost too is not the hostility. Of hostile requests some are taken, and
 * have their share of the engine as anybody; those that are refused must not.
 */
final class HostileRun {
  private static final int ROUNDS = 5;
  private static final int PER_SECOND = 100;
  private static final int OTHERS_PER_SECOND = 4;

  /** Code that runs for the first time is slow, and would be taken for the records' doing. */
  private static final int WARM = 10 * PER_SECOND;

  private static final int ONE_LARGE_IN = 1000;
  private static final int LARGEST = 10 << 20;
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final Script.Said SAID = new Script.Said("Tell me a story about a robot.", 40);

  private static final String REQUESTS = "caudal.requests";
  private static final String UNREAD = "caudal.unread";

  /** What comes beside the others' requests. */
  private enum Beside {
    NOTHING,
    /** Hostile records in a topic nobody reads. */
    UNREAD,
    /** Those hostile records that are not taken: nothing is computed for them. */
    REFUSED,
    /** All kinds; some are taken, and answered. */
    HOSTILE,
    GOOD;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final ChaosCluster cluster;
  private final int count;
  private final HostileRequests requests = new HostileRequests(2026, "h-", LARGEST);
  private final HostileRequests unread = new HostileRequests(2027, "u-", LARGEST);
  private final HostileRequests refused = new HostileRequests(2028, "r-", LARGEST);
  private final HostileAudit audit = new HostileAudit();
  private final KafkaProducer<byte[], byte[]> producer;
  private int made;

  /**
   * @param count hostile requests, and as many good ones
   */
  HostileRun(ChaosCluster cluster, int count) {
    this.cluster = cluster;
    this.count = count;
    producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                cluster.processes().bootstrapServers(),
                "max.request.size",
                2 * LARGEST,
                "buffer.memory",
                8L * LARGEST),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /**
   * A Markdown table of the others' latency, medians of the rounds with the least and the most;
   * each round as it ends on standard output. Fails if anything is not accounted for.
   */
  String play() {
    makeUnread();
    Map<Beside, List<Latencies>> all = new EnumMap<>(Beside.class);
    try (producer;
        OpenLoad others = new OpenLoad(cluster.reader(), SAID)) {
      others.arrive(OTHERS_PER_SECOND, Duration.ofSeconds(10), Duration.ZERO, () -> {});
      for (Beside beside : Beside.values()) {
        System.out.println(
            "warming up beside " + beside.label() + ": " + phase(others, beside, WARM));
      }
      for (int round = 1; round <= ROUNDS; round++) {
        for (Beside beside : Beside.values()) {
          Latencies one = phase(others, beside, count / ROUNDS);
          System.out.println("round " + round + " beside " + beside.label() + ": " + one);
          all.computeIfAbsent(beside, key -> new ArrayList<>()).add(one);
        }
      }
      if (others.shed() > 0) {
        throw new AssertionError(others.shed() + " others were not answered");
      }
    }
    check();
    return table(all) + audit.results() + " results and " + audit.letters() + " dead letters\n";
  }

  private static String table(Map<Beside, List<Latencies>> all) {
    StringBuilder table =
        new StringBuilder(
            """
            | beside | median, ms | 95th percentile, ms | longest, ms |
            | --- | ---: | ---: | ---: |
            """);
    all.forEach(
        (beside, rounds) ->
            table.append(
                String.format(
                    "| %s | %s | %s | %s |%n",
                    beside.label(),
                    spread(rounds, Latencies::median),
                    spread(rounds, Latencies::p95),
                    spread(rounds, Latencies::longest))));
    return table + "\n";
  }

  private static String spread(List<Latencies> rounds, ToDoubleFunction<Latencies> of) {
    double[] sorted = rounds.stream().mapToDouble(of).sorted().toArray();
    return String.format(
        "%.0f (%.0f – %.0f)", sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
  }

  private void makeUnread() {
    String servers = cluster.processes().bootstrapServers();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      admin.createTopics(List.of(new NewTopic(UNREAD, 4, (short) 1))).all().get();
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private Latencies phase(OpenLoad others, Beside beside, int each) {
    Duration time = Duration.ofSeconds(each / PER_SECOND);
    others.takeLatencies();
    List<Sent> sent = Collections.synchronizedList(new ArrayList<>());
    Thread sender = new Thread(() -> sendSteadily(beside, each, sent), "hostile");
    sender.start();
    others.arrive(OTHERS_PER_SECOND, time, Duration.ZERO, () -> {});
    try {
      sender.join();
      for (Sent one : sent) {
        RecordMetadata place = one.place.get();
        if (beside != Beside.UNREAD) {
          audit.sent(one.request, place.partition(), place.offset());
        }
      }
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    if (!others.awaitAll(LIMIT)) {
      throw new AssertionError("others are not answered within " + LIMIT);
    }
    return Latencies.of(others.takeLatencies());
  }

  /** In milliseconds, over the others' requests of a round. */
  private record Latencies(double median, double p95, double longest) {
    static Latencies of(List<Double> seconds) {
      double[] sorted = seconds.stream().mapToDouble(one -> 1000 * one).sorted().toArray();
      return new Latencies(
          sorted[sorted.length / 2], sorted[sorted.length * 95 / 100], sorted[sorted.length - 1]);
    }

    @Override
    public String toString() {
      return String.format("%.0f, p95 %.0f, longest %.0f ms", median, p95, longest);
    }
  }

  private record Sent(HostileRequest request, Future<RecordMetadata> place) {}

  private void sendSteadily(Beside beside, int most, List<Sent> sent) {
    if (beside == Beside.NOTHING) {
      return;
    }
    String topic = beside == Beside.UNREAD ? UNREAD : REQUESTS;
    long begin = System.nanoTime();
    for (int i = 0; i < most; i++) {
      long due = begin + i * 1_000_000_000L / PER_SECOND;
      Waiting.pass(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
      HostileRequest one =
          switch (beside) {
            case UNREAD -> hostile(unread, i);
            case REFUSED -> refused(i);
            case HOSTILE -> hostile(requests, i);
            default -> good(made++);
          };
      sent.add(new Sent(one, producer.send(new ProducerRecord<>(topic, one.key(), one.value()))));
    }
  }

  private static HostileRequest hostile(HostileRequests requests, int number) {
    return number % ONE_LARGE_IN == 7 ? requests.next(HostileKind.TOO_LARGE) : requests.next();
  }

  private HostileRequest refused(int number) {
    HostileRequest one = hostile(refused, number);
    while (audit.takes(one)) {
      one = hostile(refused, number);
    }
    return one;
  }

  private static HostileRequest good(int number) {
    String id = "h-good-" + number;
    String value =
        String.format(
            "{\"request_id\":\"%s\",\"prompt\":\"Once %d\",\"max_tokens\":1}", id, number);
    return new HostileRequest(HostileKind.BORDER, id, null, value.getBytes(UTF_8));
  }

  private void check() {
    List<byte[]> letters = new ArrayList<>();
    List<Result> results = new ArrayList<>();
    boolean unused = // what has not come is told below
        Waiting.until(
            LIMIT,
            () -> {
              read("caudal.dead-letter", letters, json -> json);
              read("caudal.results", results, ResultJson::read);
              results.removeIf(one -> OpenLoad.isOne(one.requestId()));
              return letters.size() >= audit.letters() && results.size() >= audit.results();
            });
    audit.checkLetters(letters);
    audit.checkResults(results);
  }

  private <T> void read(String topic, List<T> into, Function<byte[], T> reader) {
    into.clear();
    cluster
        .reader()
        .readAll(
            topic, (place, key, json) -> into.add(reader.apply(json.toString().getBytes(UTF_8))));
  }
}
