package io.caudal.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Many more sessions than memory has room for: each is told a name, then all are asked for it in
 * random order, when nearly all of them are in RocksDB only.
 */
final class SessionsRun {
  private static final int IN_FLIGHT = 1024;
  private static final Duration LIMIT = Duration.ofMinutes(30);
  private static final List<String> NAMES = List.of("Zorvek", "Brunildo", "Lucia", "Tazzle");

  private static final Script.Said ASKED = new Script.Said("What is my name?", 0);

  /** Room for about 80 sessions on the device and as many off the heap. */
  static final Map<String, String> SETTINGS =
      Map.of("kv.device.tokens", "4096", "kv.host.bytes", "8mb", "metrics.interval", "1s");

  private final ChaosCluster cluster;
  private final int sessions;

  SessionsRun(ChaosCluster cluster, int sessions) {
    this.cluster = cluster;
    this.sessions = sessions;
  }

  /** A Markdown table, and what the audit found. */
  String play() {
    List<Script> known =
        IntStream.range(0, NAMES.size())
            .mapToObj(i -> new Script("ask", true, List.of(told(i), ASKED)))
            .toList();
    try (Load undisturbed = new Load(cluster.reader(), 1, Checker.UNDISTURBED, known.iterator())) {
      expect(undisturbed.awaitEnd(LIMIT));
    }
    StringBuilder table =
        new StringBuilder(
            """
            | sessions | requests/s | TaskManager's resident memory, MB | tokens read from state |
            | --- | ---: | ---: | ---: |
            """);
    List<Integer> order = new ArrayList<>(IntStream.range(0, sessions).boxed().toList());
    try (Wire wire = new Wire(cluster.reader())) {
      for (int turn = 0; turn < 2; turn++) {
        for (int quarter = 0; quarter < 4; quarter++) {
          int from = sessions * quarter / 4;
          table.append(part(wire, turn, order.subList(from, sessions * (quarter + 1) / 4)));
        }
        Collections.shuffle(order, new Random(1));
      }
    }
    Findings findings = Checker.check(cluster.reader().read());
    return table + "\n" + findings.compared + " answers compared, " + findings.problems();
  }

  private String part(Wire wire, int turn, List<Integer> part) {
    Map<String, Integer> waiting = new HashMap<>();
    long begin = System.nanoTime();
    int next = 0;
    while (next < part.size() || !waiting.isEmpty()) {
      while (next < part.size() && waiting.size() < IN_FLIGHT) {
        int session = part.get(next++);
        String id = "m" + session + "-" + turn;
        waiting.put(id, session);
        wire.send("m" + session, id, Wire.generate(turn == 0 ? told(session) : ASKED));
      }
      wire.poll(result -> waiting.remove(result.id()));
      expect(System.nanoTime() - begin < LIMIT.toNanos());
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    return String.format(
        "| %s %d | %.0f | %.0f | %d |\n",
        turn == 0 ? "told" : "asked back",
        part.size(),
        part.size() / seconds,
        cluster.processes().residentBytes() / 1e6,
        restoredTokens());
  }

  private long restoredTokens() {
    Map<String, Long> newest = new HashMap<>();
    cluster
        .reader()
        .readAll(
            "caudal.metrics",
            (place, key, json) ->
                newest.put(
                    json.path("subtask").asText(), json.at("/counters/restored_tokens").asLong()));
    return newest.values().stream().mapToLong(Long::longValue).sum();
  }

  private static Script.Said told(int session) {
    return new Script.Said("My name is " + NAMES.get(session % NAMES.size()) + ".", 0);
  }

  private static void expect(boolean inTime) {
    if (!inTime) {
      throw new AssertionError("not within " + LIMIT);
    }
  }
}
