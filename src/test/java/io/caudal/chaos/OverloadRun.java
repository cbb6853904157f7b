package io.caudal.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds out how much the job can do, offers that or more for a while of {@link Hardship}, with
 * deadlines, and looks at what it does to memory, to the queue in Kafka and to latency afterwards.
 */
final class OverloadRun {
  private static final int IN_JOB = 64;

  /** Little room in the job, so that the queue is soon Kafka's. */
  static final Map<String, String> SETTINGS =
      Map.of(
          "job.capacity", Integer.toString(IN_JOB),
          "job.hard-capacity", Integer.toString(2 * IN_JOB),
          "job.aside-capacity", Integer.toString(IN_JOB),
          "metrics.interval", "500ms");

  /** Most requests that the job may hold. */
  static final int MOST_IN_JOB = ChaosCluster.PARALLELISM * 3 * IN_JOB;

  private static final Duration DEADLINE = Duration.ofSeconds(5);
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final Duration PAUSE = Duration.ofSeconds(5);

  /** Of each subtask, about ten results a second. */
  private static final double SLOW = 3000;

  private static final Script.Said SAID = new Script.Said("Tell me a story about a robot.", 40);
  private static final List<Script.Said> MIXED =
      List.of(
          new Script.Said("Tell me a story about a robot.", 8),
          SAID,
          new Script.Said("Tell me a story about a robot.", 160));

  /**
   * @param capacity answers a second
   * @param normal seconds from request to result before
   * @param recoveredSeconds from the end of the hardship until latency was normal
   * @param answeredMeanwhile while it lasted, late or not, by the length of the answers
   * @param mostWaiting requests in Kafka that the job had not taken
   * @param mostInJob requests that the job held
   */
  record Outcome(
      double capacity,
      double normal,
      int sent,
      int shed,
      SortedMap<Integer, Integer> answeredMeanwhile,
      int restarts,
      double recoveredSeconds,
      long mostWaiting,
      long mostInJob,
      long residentBefore,
      long mostResident,
      Findings findings) {}

  private final ChaosCluster cluster;
  private final Hardship hardship;
  private final Duration time;
  private long mostWaiting;
  private long mostResident;

  OverloadRun(ChaosCluster cluster, Hardship hardship, int seconds) {
    this.cluster = cluster;
    this.hardship = hardship;
    this.time = Duration.ofSeconds(seconds);
  }

  Outcome play() {
    List<Script.Said> turns = hardship == Hardship.MIXED_ARRIVALS ? MIXED : List.of(SAID);
    List<Script> scripts = turns.stream().map(OverloadRun::alone).toList();
    try (Load undisturbed =
        new Load(cluster.reader(), 1, Checker.UNDISTURBED, scripts.iterator())) {
      expect(undisturbed.awaitEnd(LIMIT), "the known answers");
    }
    double capacity = capacity(scripts);
    try (OpenLoad load = new OpenLoad(cluster.reader(), turns)) {
      load.arrive(1, Duration.ofSeconds(6), Duration.ZERO, () -> {});
      expect(load.awaitAll(LIMIT), "quiet answers");
      double normal = median(load.takeLatencies());
      long before = cluster.processes().residentBytes();
      int quiet = load.sent();
      load.takeAnswered();
      endure(load, capacity * hardship.times());
      int sent = load.sent() - quiet;
      SortedMap<Integer, Integer> meanwhile = load.takeAnswered();
      expect(mostWaiting > 0, "more than can be answered");
      double recovered = awaitNormal(load, normal);
      expect(load.awaitAll(LIMIT), "all results");
      expect(load.shed() > 0, "a deadline");
      return new Outcome(
          capacity,
          normal,
          sent,
          load.shed(),
          meanwhile,
          restarts(),
          recovered,
          mostWaiting,
          mostInJob(),
          before,
          mostResident,
          Checker.check(cluster.reader().read()));
    }
  }

  private static Script alone(Script.Said said) {
    return new Script("one-" + said.exactTokens(), true, List.of(said));
  }

  private double capacity(List<Script> scripts) {
    try (Load load =
        new Load(
            cluster.reader(),
            2 * IN_JOB,
            "c",
            Stream.generate(() -> scripts).flatMap(List::stream).iterator())) {
      expect(load.awaitAnswered(2 * IN_JOB, LIMIT), "the first answers");
      long begin = System.nanoTime();
      int from = load.answered();
      Waiting.pass(Duration.ofSeconds(8));
      // Each session's end is a result too.
      double rate = (load.answered() - from) / 2.0 * 1e9 / (System.nanoTime() - begin);
      expect(load.finish(LIMIT), "the last answers");
      return rate;
    }
  }

  private void endure(OpenLoad load, double perSecond) {
    TopicLimits limits = new TopicLimits(cluster.processes().bootstrapServers());
    Duration half = time.dividedBy(2);
    switch (hardship) {
      case ARRIVALS, MIXED_ARRIVALS -> {
        load.arrive(perSecond, half, DEADLINE, this::sample);
        during(
            still -> cluster.processes().pauseBroker(still),
            () -> load.arrive(perSecond, PAUSE, DEADLINE, () -> {}));
        load.arrive(perSecond, half, DEADLINE, this::sample);
      }
      case SLOW_RESULTS ->
          during(
              slow -> limits.slowTransactions(slow ? SLOW : 0),
              () -> load.arrive(perSecond, time, DEADLINE, this::sample));
      case NO_RESULTS ->
          during(
              refuse -> limits.refuse("caudal.results", refuse),
              () -> load.arrive(perSecond, time, DEADLINE, this::sample));
    }
  }

  private static void during(Consumer<Boolean> fault, Runnable work) {
    fault.accept(true);
    try {
      work.run();
    } finally {
      fault.accept(false);
    }
  }

  private void sample() {
    mostResident = Math.max(mostResident, cluster.processes().residentBytes());
    mostWaiting = Math.max(mostWaiting, waiting());
  }

  /** Requests behind the offsets that the job has committed. */
  private long waiting() {
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", cluster.processes().bootstrapServers()))) {
      long waiting = 0;
      var taken = admin.listConsumerGroupOffsets("caudal").partitionsToOffsetAndMetadata().get();
      for (var partition : taken.entrySet()) {
        TopicPartition key = partition.getKey();
        if (key.topic().equals("caudal.requests")) {
          long end =
              admin
                  .listOffsets(Map.of(key, OffsetSpec.latest()))
                  .partitionResult(key)
                  .get()
                  .offset();
          waiting += end - partition.getValue().offset();
        }
      }
      return waiting;
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Sends one now and then until it is answered as fast as before; returns the seconds it took. */
  private static double awaitNormal(OpenLoad load, double normal) {
    long begin = System.nanoTime();
    List<Double> seen = new ArrayList<>();
    do {
      load.takeLatencies();
      load.arrive(1, Duration.ofSeconds(2), Duration.ZERO, () -> {});
      seen = load.takeLatencies();
      expect(System.nanoTime() - begin < LIMIT.toNanos(), "normal latency");
    } while (seen.isEmpty() || Collections.max(seen) > 3 * normal + 0.5);
    return (System.nanoTime() - begin) / 1e9;
  }

  /** The JobManager asks itself for it first. */
  private int restarts() {
    expect(Waiting.until(LIMIT, () -> cluster.job().restarts() >= 0), "the count of restarts");
    return cluster.job().restarts();
  }

  private long mostInJob() {
    List<long[]> gauges = new ArrayList<>();
    cluster
        .reader()
        .readAll(
            "caudal.metrics",
            (place, key, json) ->
                gauges.add(
                    new long[] {
                      json.at("/gauges/at_hand").asLong(), json.at("/gauges/aside").asLong()
                    }));
    return gauges.stream().mapToLong(one -> one[0] + one[1]).max().orElse(0)
        * ChaosCluster.PARALLELISM;
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }

  private static void expect(boolean came, String what) {
    if (!came) {
      throw new AssertionError(what + " has not come within " + LIMIT);
    }
  }
}
