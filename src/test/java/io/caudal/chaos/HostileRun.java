package io.caudal.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.caudal.protocol.HostileAudit;
import io.caudal.protocol.HostileKind;
import io.caudal.protocol.HostileRequest;
import io.caudal.protocol.HostileRequests;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import io.caudal.protocol.Timings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
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
  private static final int OTHERS_PER_SECOND = 4;

  /** Code that runs for the first time is slow, and would be taken for the records' doing. */
  private static final int WARM = 1_000;

  /** For what making a phase's records has left to compile and to collect. */
  private static final Duration REST = Duration.ofSeconds(2);

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
  private final int perSecond;
  private final HostileRequests requests = new HostileRequests(2026, "h-", LARGEST);
  private final HostileRequests unread = new HostileRequests(2027, "u-", LARGEST);
  private final HostileRequests refused = new HostileRequests(2028, "r-", LARGEST);
  private final HostileAudit audit = new HostileAudit();
  private final KafkaProducer<byte[], byte[]> producer;
  private int made;

  /**
   * @param count hostile requests, and as many good ones
   * @param perSecond how fast they come
   */
  HostileRun(ChaosCluster cluster, int count, int perSecond) {
    this.cluster = cluster;
    this.count = count;
    this.perSecond = perSecond;
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
   * A Markdown table of the others' latency in milliseconds, medians of the rounds with the least
   * and the most; each round as it ends on standard output. Fails if anything is not accounted for.
   */
  String play() {
    makeUnread();
    List<Phase> phases = new ArrayList<>();
    try (producer;
        OpenLoad others = new OpenLoad(cluster.reader(), List.of(SAID))) {
      others.arrive(OTHERS_PER_SECOND, Duration.ofSeconds(10), Duration.ZERO, () -> {});
      for (Beside beside : Beside.values()) {
        System.out.println("warming up: " + phase(others, beside, WARM));
      }
      for (int round = 1; round <= ROUNDS; round++) {
        for (Beside beside : Beside.values()) {
          Phase one = phase(others, beside, count / ROUNDS);
          System.out.println("round " + round + ": " + one);
          phases.add(one);
        }
      }
      if (others.shed() > 0) {
        throw new AssertionError(others.shed() + " others were not answered");
      }
    }
    check();
    return table(phases) + audit.results() + " results and " + audit.letters() + " dead letters\n";
  }

  private String table(List<Phase> phases) {
    Map<String, Timings> timings = new HashMap<>();
    List<Result> results = new ArrayList<>();
    read("caudal.results", results, ResultJson::read);
    results.forEach(one -> timings.put(one.requestId(), one.timings()));
    StringBuilder table =
        new StringBuilder(
            """
            | beside | TTFT, median | 95 % | answered, median | 95 % | committed, median | 95 % |
            | --- | ---: | ---: | ---: | ---: | ---: | ---: |
            """);
    for (Beside beside : Beside.values()) {
      List<Phase> rounds = phases.stream().filter(one -> one.beside == beside).toList();
      table.append("| ").append(beside.label());
      Function<Phase, double[]> ttft = one -> one.of(timings, Timings::ttftMs);
      Function<Phase, double[]> total = one -> one.of(timings, Timings::totalMs);
      for (Function<Phase, double[]> of : List.of(ttft, total, Phase::committedMs)) {
        table.append(" | ").append(spread(rounds, of, 0.5));
        table.append(" | ").append(spread(rounds, of, 0.95));
      }
      table.append(" |\n");
    }
    return table + "\n";
  }

  /** Median, least and most over rounds. */
  private static String spread(List<Phase> rounds, Function<Phase, double[]> of, double quantile) {
    double[] each = rounds.stream().mapToDouble(one -> at(of.apply(one), quantile)).toArray();
    return String.format("%.0f (%.0f – %.0f)", at(each, 0.5), at(each, 0), at(each, 1));
  }

  private static double at(double[] values, double quantile) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[Math.min(sorted.length - 1, (int) (sorted.length * quantile))];
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

  private Phase phase(OpenLoad others, Beside beside, int each) {
    Duration time = Duration.ofSeconds(each / perSecond);
    // Ahead of the time that counts: making them costs more than refusing them.
    List<HostileRequest> records = records(beside, each);
    Waiting.pass(REST);
    others.takeLatencies();
    int first = others.sent();
    List<Sent> sent = Collections.synchronizedList(new ArrayList<>());
    Thread sender = new Thread(() -> sendSteadily(beside, records, sent), "hostile");
    sender.start();
    others.arrive(OTHERS_PER_SECOND, time, Duration.ZERO, () -> {});
    if (!others.awaitAll(LIMIT)) {
      throw new AssertionError("others are not answered within " + LIMIT);
    }
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
    double[] committed =
        others.takeLatencies().stream().mapToDouble(seconds -> 1000 * seconds).toArray();
    return new Phase(beside, first, others.sent(), committed);
  }

  /**
   * A time beside one kind of records.
   *
   * @param first number of the first of the others' requests; {@code end} of the first one after it
   * @param committedMs from request to committed result, of each of them
   */
  private record Phase(Beside beside, int first, int end, double[] committedMs) {
    double[] of(Map<String, Timings> timings, ToDoubleFunction<Timings> part) {
      return IntStream.range(first, end)
          .mapToObj(number -> Objects.requireNonNull(timings.get(OpenLoad.id(number))))
          .mapToDouble(part)
          .toArray();
    }

    @Override
    public String toString() {
      return String.format(
          "beside %s committed after %.0f ms, 95 %% within %.0f",
          beside.label(), at(committedMs, 0.5), at(committedMs, 0.95));
    }
  }

  private record Sent(HostileRequest request, Future<RecordMetadata> place) {}

  private List<HostileRequest> records(Beside beside, int count) {
    List<HostileRequest> records = new ArrayList<>();
    for (int i = 0; beside != Beside.NOTHING && i < count; i++) {
      records.add(
          switch (beside) {
            case UNREAD -> hostile(unread, i);
            case REFUSED -> refused(i);
            case HOSTILE -> hostile(requests, i);
            default -> good(made++);
          });
    }
    return records;
  }

  private void sendSteadily(Beside beside, List<HostileRequest> records, List<Sent> sent) {
    String topic = beside == Beside.UNREAD ? UNREAD : REQUESTS;
    long begin = System.nanoTime();
    for (int i = 0; i < records.size(); i++) {
      long due = begin + i * 1_000_000_000L / perSecond;
      Waiting.pass(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
      HostileRequest one = records.get(i);
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
