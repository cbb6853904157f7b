package io.caudal.stream.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.cli.Commands;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.ResultJson;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Requests to a running job, and what it reports of the time that they took. */
final class Load {
  /**
   * A report's window ends with a subtask's newest record, which may be one that comes after this
   * is computed. One and a half of their intervals: the record in which {@link #begin} lies is in
   * the window, the one before is not.
   */
  private static final long BEFORE_MILLIS = 750;

  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));

  private final RunningJob job;
  private final int subtasks;
  private final Set<String> sent = new HashSet<>();
  private long startMillis = System.currentTimeMillis();
  private int rounds;

  Load(RunningJob job, int subtasks) {
    this.job = job;
    this.subtasks = subtasks;
  }

  /** The report's window begins now. */
  Load begin() {
    startMillis = System.currentTimeMillis();
    return this;
  }

  /** Sends a turn in each of so many sessions at once. */
  Load send(String group, int sessions, int promptTokens, int maxTokens) {
    rounds++;
    for (int i = 0; i < sessions; i++) {
      int first = 5 + i;
      String ids =
          IntStream.range(0, promptTokens)
              .map(n -> 5 + (first * 7 + n * 3 + rounds) % 400)
              .mapToObj(Integer::toString)
              .collect(Collectors.joining(","));
      String session = group + "-" + i;
      String id = session + "-" + rounds;
      sent.add(id);
      job.topics()
          .send(
              TOPICS.requestsTopic(),
              session,
              String.format(
                  "{\"request_id\":\"%s\",\"session_id\":\"%s\",\"prompt_ids\":[%s],"
                      + "\"max_tokens\":%d,\"ignore_eos\":true,\"tenant\":\"%s\"}",
                  id, session, ids, maxTokens, group));
    }
    return this;
  }

  /** Sends requests without memory whose results are large: with the likeliest of each token. */
  Load sendScored(String group, int requests, int maxTokens) {
    for (int i = 0; i < requests; i++) {
      String id = group + "-scored-" + i;
      sent.add(id);
      job.topics()
          .send(
              TOPICS.requestsTopic(),
              null,
              String.format(
                  "{\"request_id\":\"%s\",\"prompt_ids\":[%d,7,8],\"max_tokens\":%d,"
                      + "\"ignore_eos\":true,\"logprobs\":true,\"top_logprobs\":20}",
                  id, 5 + i, maxTokens));
    }
    return this;
  }

  /** Waits for all results, and for a report of each subtask that is later. */
  Load await() {
    return await(sent.size());
  }

  /** As {@link #await()}, for so many of them. */
  Load await(int results) {
    job.topics()
        .await(
            TOPICS.resultsTopic(),
            results,
            value -> sent.contains(ResultJson.read(value).requestId()));
    long now = System.currentTimeMillis();
    Set<Integer> reported = new HashSet<>();
    job.topics()
        .awaitReport(
            record -> {
              if (record.windowStartMillis() >= now) {
                reported.add(record.subtask());
              }
              return reported.size() >= subtasks;
            });
    return this;
  }

  /** The report since {@link #begin}. */
  JsonNode report() throws Exception {
    long window = Math.max(1_000, System.currentTimeMillis() - startMillis + BEFORE_MILLIS);
    Commands report =
        job.command("report", "--json", "--window", window + "ms", "--rest", job.restAddress());
    return new ObjectMapper().readTree(report.out());
  }

  /** Rules that apply in a report. */
  static List<String> rules(JsonNode report) {
    List<String> rules = new ArrayList<>();
    report.path("findings").forEach(finding -> rules.add(finding.path("rule").asText()));
    return rules;
  }

  /** What a report advises for a rule, {@code KEY=VALUE}. */
  static String advice(JsonNode report, String rule) {
    for (JsonNode finding : report.path("findings")) {
      if (finding.path("rule").asText().equals(rule)) {
        return finding.path("key").asText() + "=" + finding.path("value").asText();
      }
    }
    throw new AssertionError(rule + " does not apply: " + report.toPrettyString());
  }

  static double figure(JsonNode report, String name) {
    return report.path("figures").path(name).asDouble();
  }
}
