package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.error.ErrorCode;
import io.caudal.metrics.Latency;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Prometheus reporter of a running job has is what the page says. */
class PrometheusTest {
  private static final Pattern EXPOSED =
      Pattern.compile("(?m)^flink_taskmanager_job_task_operator_caudal_(\\w+)\\{");
  private static final Pattern DOCUMENTED = Pattern.compile("`([a-z0-9_]+)`");

  @Test
  void every_documented_name_is_exposed_and_no_other(@TempDir Path folder) throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Map<String, String> reporter =
        Map.of(
            "metrics.reporters", "prom",
            "metrics.reporter.prom.factory.class",
                "org.apache.flink.metrics.prometheus.PrometheusReporterFactory",
            "metrics.reporter.prom.port", Integer.toString(port));
    try (RunningJob job = RunningJob.start(folder, Map.of(), reporter)) {
      new Load(job, 2).send("a", 2, 20, 4).await();

      String page = scrape(port);
      assertThat(page).contains("_operator_KafkaProducer_record_retry_total{");
      Set<String> exposed = names(EXPOSED, page);
      Set<String> documented = documented();
      Arrays.stream(ErrorCode.values()).forEach(code -> documented.add("error_" + code.code()));
      for (Latency latency : Latency.values()) {
        List.of("_p50", "_p95", "_p99").forEach(q -> documented.add(latency.label() + q));
      }
      assertThat(exposed).isEqualTo(documented);
    }
  }

  private static String scrape(int port) throws Exception {
    URI address = URI.create("http://127.0.0.1:" + port + "/metrics");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  /** The paragraphs on counters and gauges. */
  private static Set<String> documented() throws Exception {
    String page = Files.readString(Path.of("src/docs/topics.md"));
    String part = page.substring(page.indexOf("\nCounters: "), page.indexOf("\nTops: "));
    Set<String> names = names(DOCUMENTED, part);
    names.remove("error_"); // a prefix
    return names;
  }

  private static Set<String> names(Pattern pattern, String text) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }
}
