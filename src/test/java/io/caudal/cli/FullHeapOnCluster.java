package io.caudal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A TaskManager whose heap is full of KV that waits for the device: the report advises less of it,
 * and that helps. A process of its own, whose heap is not the test's. Two minutes: it runs with the
 * chaos profile.
 */
@Timeout(300)
class FullHeapOnCluster {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** 64 KiB of KV a token, and little to compute: a heap is filled by few sessions. */
  private static final String DENSE = "32,4,32,32,64,32,512";

  private String out = "";
  private String err = "";
  private final Path home;
  private final Path model;

  FullHeapOnCluster(@TempDir Path temp) {
    home = temp.resolve("cluster");
    model = temp.resolve("model");
  }

  @Test
  void less_kv_that_waits_leaves_garbage_collection_less_to_do() throws Exception {
    succeeds(List.of("make-model", "--shape", DENSE, "--out", model.toString()));
    try {
      cluster("start", "--taskmanagers", "1", "--broker", "--port", "0", "--ui-port", "0");
      cluster(
          "submit",
          "-D",
          "model.path=" + model,
          "-D",
          "model.dtype=fp32",
          "-D",
          "metrics.interval=500ms",
          "-D",
          "kv.device.tokens=1024",
          "-D",
          "kv.host.bytes=0",
          "-D",
          "kv.prefetch-sessions=64",
          "-D",
          "kv.waiting-bytes=160mb");
      JsonNode full = sessionsComeBack(1);
      assertThat(figure(full, "gc")).as("%s", full).isGreaterThan(0.1);
      // Half of what holds; what a JVM calls its heap differs a little by its collector.
      assertThat(advice(full)).matches("kv.waiting-bytes=(7\\d|80)mb");

      // Each round of advice halves it.
      JsonNode less = full;
      String advice = advice(full);
      for (int seed = 2; seed <= 4 && advice != null; seed++) {
        succeeds(where("config", "set", advice));
        less = sessionsComeBack(seed);
        advice = advice(less);
      }
      assertThat(figure(less, "gc")).as("%s", less).isLessThan(0.7 * figure(full, "gc"));
    } finally {
      execute(List.of("cluster", "stop", "--now", "--delete", "--dir", home.toString()));
    }
  }

  /** More of them at a time than the device has room for; a report of that time. */
  private JsonNode sessionsComeBack(int seed) throws IOException {
    long start = System.currentTimeMillis();
    succeeds(
        where(
            "bench",
            "stream",
            "--model",
            model.toString(),
            "--seed",
            Integer.toString(seed),
            "--rate",
            "0",
            "--users",
            "48",
            "--sessions",
            "48",
            "--rounds",
            "5",
            "--system-tokens",
            "0",
            "--history-tokens",
            "180",
            "--question-tokens",
            "4",
            "--answer-tokens",
            "2",
            "--out",
            home.resolveSibling("bench").toString()));
    long window = System.currentTimeMillis() - start;
    succeeds(where("report", "--json", "--window", window + "ms"));
    return JSON.readTree(out);
  }

  private static @Nullable String advice(JsonNode report) {
    for (JsonNode finding : report.path("findings")) {
      if (finding.path("rule").asText().equals("full-heap")) {
        return finding.path("key").asText() + "=" + finding.path("value").asText();
      }
    }
    return null;
  }

  private static double figure(JsonNode report, String name) {
    return report.path("figures").path(name).asDouble();
  }

  private void cluster(String... args) {
    List<String> all = new ArrayList<>(List.of("cluster"));
    all.addAll(List.of(args));
    all.addAll(List.of("--dir", home.toString()));
    succeeds(all);
  }

  /** With the addresses of the broker and the JobManager. */
  private List<String> where(String... args) throws IOException {
    cluster("status", "--json");
    JsonNode status = JSON.readTree(out);
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--bootstrap", status.at("/broker/bootstrap_servers").asText()));
    if (args[0].equals("report")) {
      all.addAll(List.of("--rest", status.at("/ui").asText()));
    }
    return all;
  }

  private void succeeds(List<String> args) {
    assertThat(execute(args)).as("%s: %s %s", args, out, err).isZero();
  }

  private int execute(List<String> args) {
    Commands run = Commands.run(args.toArray(String[]::new));
    out = run.out();
    err = run.err();
    return run.code();
  }
}
