package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.analytics.Fleet;
import io.caudal.cli.Commands;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.Failure;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The commands that show sessions and act on them, against a running job. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SessionConsoleTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));
  private static final String LONG =
      "My name is Lucia. I live in Rome. I like tea and long walks. ";

  @SuppressWarnings("NullAway.Init")
  private static Path folder;

  @SuppressWarnings("NullAway.Init")
  private static RunningJob job;

  private static int requests;

  private String out = "";
  private String err = "";

  @BeforeAll
  static void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    job = RunningJob.start(folder, Map.of("kv.block-bytes", "8kb"));
  }

  @AfterAll
  static void stop() {
    job.close();
  }

  @Test
  @Order(1)
  void list_and_show_tell_of_sessions_from_state() throws Exception {
    say("a", "acme", LONG.repeat(3));
    say("b", "acme", LONG + "Who am I?");
    say("c", "other", "Hello.");
    say("a", "acme", "What is my name?");

    assertThat(run("session", "list")).isZero();
    assertThat(out)
        .contains("3 sessions, ", "SESSION")
        .containsPattern("a +acme +2 +\\d+ .*device");
    assertThat(run("session", "list", "--json", "--tenant", "acme")).isZero();
    List<JsonNode> listed = lines();
    assertThat(listed).extracting(one -> one.path("session_id").asText()).containsExactly("a", "b");
    assertThat(run("session", "show", "a", "--json")).isZero();
    JsonNode shown = lines().get(0);
    assertThat(shown.path("turns").asInt()).isEqualTo(2);
    assertThat(shown.path("tokens").asInt()).isEqualTo(listed.get(0).path("tokens").asInt());
    assertThat(shown.path("kv_tokens").asInt()).isPositive();
    assertThat(shown.path("chain").size()).isPositive();
    assertThat(run("session", "list", "--json", "--prefix", LONG)).isZero();
    assertThat(lines()).hasSize(2);

    long bytes = 0;
    assertThat(run("session", "list", "--json")).isZero();
    for (JsonNode one : lines()) {
      bytes += one.path("kv_bytes").asLong();
    }
    awaitGauges(Map.of("sessions", 3.0, "kv_state_bytes", (double) bytes));
  }

  @Test
  @Order(2)
  void what_is_not_there_is_said() {
    assertThat(run("session", "show", "nobody")).isEqualTo(1);
    assertThat(err).contains("SESSION_NOT_FOUND", "'nobody'");
    assertThat(run("session", "end", "nobody")).isZero();
    assertThat(out).contains("no such session");
  }

  @Test
  @Order(3)
  void a_pin_is_kept_until_it_is_taken_back() throws Exception {
    assertThat(run("session", "pin", "b")).isZero();
    assertThat(out).contains("b is pinned");
    assertThat(run("session", "list")).isZero();
    assertThat(out).containsPattern("b +acme .*pinned");
    say("b", "acme", "And now?");
    assertThat(run("session", "unpin", "b")).isZero();
    assertThat(run("session", "show", "b")).isZero();
    assertThat(out).containsPattern("pinned +no");
  }

  @Test
  @Order(4)
  void clearing_a_session_loses_kv_and_no_word() throws Exception {
    assertThat(run("cache", "clear", "--session", "a")).isZero();
    assertThat(out).startsWith("removed    1 sessions, ").doesNotContain(" 0 tokens on the device");
    assertThat(run("session", "show", "a", "--json")).isZero();
    assertThat(lines().get(0).path("kv_bytes").asLong()).isZero();
    assertThat(lines().get(0).path("tier").asText()).isIn("host", "none");

    Result after = say("a", "acme", "What is my name?");
    assertThat(after.turn()).isEqualTo(3);
    assertThat(after.text()).contains("Lucia");
    assertThat(run("session", "show", "a", "--json")).isZero();
    assertThat(lines().get(0).path("kv_bytes").asLong()).isPositive();
  }

  @Test
  @Order(5)
  void a_tier_of_a_tenant_a_beginning_or_all_is_cleared_in_every_subtask() throws Exception {
    assertThat(run("cache", "clear", "--tenant", "acme", "--tier", "host")).isZero();
    assertThat(out).contains("subtask 0  ", "subtask 1  ", "removed    2 sessions, 0 tokens");
    assertThat(run("session", "list", "--json", "--tenant", "acme")).isZero();
    assertThat(lines()).allMatch(one -> one.path("tier").asText().equals("device"));

    assertThat(run("cache", "clear", "--prefix", "Hello.")).isZero();
    assertThat(out).contains("removed    1 sessions, ");
    assertThat(run("session", "show", "c")).isZero();
    assertThat(out).containsPattern("now in +none");

    assertThat(run("cache", "clear", "--all")).isZero();
    assertThat(out).contains("removed    3 sessions, ", "the sessions stay");
    awaitGauges(
        Map.of(
            "sessions", 3.0,
            "kv_state_bytes", 0.0,
            "kv_host_bytes", 0.0,
            "kv_device_tokens", 0.0));
    assertThat(say("a", "acme", "What is my name?").text()).contains("Lucia");
    assertThat(run("config", "history")).isZero();
    assertThat(out).contains("clear KV in host of tenant acme", "applied by 2 of 2");
    assertThat(run("cache", "clear")).isEqualTo(2);
  }

  @Test
  @Order(6)
  void what_has_one_block_is_cleared_by_its_hash() throws Exception {
    say("a", "acme", "Hello.");
    assertThat(run("session", "show", "a", "--json")).isZero();
    String hash = lines().get(0).at("/chain/0").asText();

    assertThat(run("cache", "clear", "--prefix", hash)).isZero();
    assertThat(out).containsPattern("removed +[1-9]\\d* sessions, ");
    assertThat(run("session", "show", "a", "--json")).isZero();
    assertThat(lines().get(0).path("kv_bytes").asLong()).isZero();
    assertThat(lines().get(0).path("tier").asText()).isEqualTo("none");
    assertThat(say("a", "acme", "What is my name?").text()).contains("Lucia");

    assertThat(run("cache", "clear", "--prefix", "0123456789abcdef")).isZero();
    assertThat(out).contains("removed    0 sessions, ");
  }

  @Test
  @Order(6)
  void a_session_may_be_no_longer_than_a_live_limit() throws Exception {
    assertThat(run("config", "set", "kv.session.max-tokens=64")).isZero();
    Result refused = result(send("long", "acme", LONG.repeat(9)));
    assertThat(refused.failure())
        .extracting(Failure::message)
        .asString()
        .contains("64", "kv.session.max-tokens");
    assertThat(run("config", "reset", "kv.session.max-tokens")).isZero();
    assertThat(say("long", "acme", LONG.repeat(9)).turn()).isEqualTo(1);
    assertThat(run("session", "end", "long")).isZero();
  }

  @Test
  @Order(6)
  void a_warmed_session_is_on_the_device_before_its_turn() throws Exception {
    assertThat(run("cache", "clear", "--session", "a", "--tier", "device")).isZero();
    assertThat(run("cache", "clear", "--session", "a", "--tier", "host")).isZero();
    assertThat(run("session", "show", "a")).isZero();
    assertThat(out).containsPattern("now in +state");

    assertThat(run("session", "warm", "a")).isZero();
    assertThat(out).containsPattern("[1-9]\\d* of \\d+ tokens have their KV on the device");
    assertThat(run("session", "show", "a")).isZero();
    assertThat(out).containsPattern("now in +device");
    Result after = say("a", "acme", "What is my name?");
    assertThat(after.text()).contains("Lucia");
    assertThat(after.usage().cachedTokens()).isGreaterThan(after.usage().promptTokens() - 40);
    assertThat(run("session", "warm", "nobody")).isEqualTo(1);
  }

  @Test
  @Order(6)
  void kv_is_read_ahead_of_no_more_sessions_than_the_settings_say() throws Exception {
    assertThat(run("config", "set", "enable_prefetch=false", "prefetch_size=7")).isZero();
    assertThat(out).contains("kv.prefetch true -> false", "kv.prefetch-sessions 256 -> 7");
    for (String name : List.of("b", "c")) {
      say(name, "acme", "Hello.");
    }
    for (String tier : List.of("device", "host")) {
      assertThat(run("cache", "clear", "--all", "--tier", tier)).isZero();
    }
    Map<String, String> sent = new HashMap<>();
    for (String name : List.of("a", "b", "c")) {
      sent.put(name, send(name, "acme", "What is my name?"));
    }
    for (String id : sent.values()) {
      assertThat(result(id).usage().cachedTokens()).isPositive();
    }
    assertThat(run("config", "reset", "kv.prefetch", "kv.prefetch-sessions")).isZero();
  }

  @Test
  @Order(6)
  void host_memory_is_kept_below_a_share_of_its_limit() throws Exception {
    say("a", "acme", "Where do I live?");
    assertThat(run("config", "set", "max_memory_mb=1", "gc_threshold=0.05", "enable_gc=true"))
        .isZero();
    assertThat(out).contains("kv.host.bytes 128mb -> 1mb", "kv.host.gc false -> true");
    awaitBelow("kv_host_bytes", 0.05 * (1 << 20));
    assertThat(run("config", "reset", "kv.host.bytes", "kv.host.gc", "kv.host.gc-threshold"))
        .isZero();
  }

  @Test
  @Order(7)
  void an_exported_session_goes_on_elsewhere_as_it_would_have_here() throws Exception {
    Path file = folder.resolve("a.jsonl");
    assertThat(run("session", "export", "a", "--file", file.toString())).as(err).isZero();
    assertThat(out).contains("exported   a as ", " chunks, ");
    Result undisturbed = say("a", "acme", "Where do I live?");

    assertThat(run("session", "import", "--file", file.toString())).isEqualTo(1);
    assertThat(err).contains("SESSION_EXISTS");
    assertThat(run("session", "import", "--file", file.toString(), "--as", "a2")).as(err).isZero();
    assertThat(out).containsPattern("session +a2\n");
    Result imported = say("a2", "acme", "Where do I live?");
    assertThat(imported.text()).isEqualTo(undisturbed.text());
    assertThat(imported.turn()).isEqualTo(undisturbed.turn());
    assertThat(imported.usage().promptTokens()).isEqualTo(undisturbed.usage().promptTokens());
    assertThat(imported.usage().cachedTokens()).isPositive();

    assertThat(
            run(
                "session",
                "import",
                "--topic",
                TOPICS.sessionsTopic(),
                "--session",
                "a",
                "--overwrite"))
        .as(err)
        .isZero();
    assertThat(say("a", "acme", "Where do I live?").text()).isEqualTo(undisturbed.text());
  }

  @Test
  @Order(8)
  void another_job_with_a_broker_of_its_own_goes_on_with_it() throws Exception {
    String here = say("a2", "acme", "Where do I live?").text();
    try (RunningJob other =
        RunningJob.start(folder.resolve("other"), Map.of("kafka.group-id", "other"))) {
      String file = folder.resolve("a.jsonl").toString();
      Commands imported = other.command("session", "import", "--file", file, "--as", "b2");
      assertThat(imported.code()).as(imported.err()).isZero();
      RunningJob first = job;
      job = other;
      try {
        say("b2", "acme", "Where do I live?");
        Result again = say("b2", "acme", "Where do I live?");
        assertThat(again.text()).isEqualTo(here);
        assertThat(again.usage().cachedTokens()).isPositive();
        // Both jobs have the engine of this process.
        assertThat(other.command("session", "end", "b2").code()).isZero();
      } finally {
        job = first;
      }
    }
  }

  @Test
  @Order(9)
  void a_damaged_or_incomplete_export_is_refused_whole() throws Exception {
    Path whole = folder.resolve("a.jsonl");
    List<String> lines = Files.readAllLines(whole);
    assertThat(lines.size()).isGreaterThan(1);
    assertThat(run("session", "export", "nobody", "--file", whole.toString())).isEqualTo(1);
    assertThat(whole).content().isEqualTo(String.join("\n", lines) + "\n");
    assertThat(folder).isDirectoryNotContaining("glob:**.part");
    Path cut = folder.resolve("cut.jsonl");
    Files.write(cut, lines.subList(0, lines.size() - 1));
    assertThat(run("session", "import", "--file", cut.toString(), "--as", "cut")).isEqualTo(1);
    assertThat(err).contains("IMPORT_INCOMPLETE");
    Path gap = folder.resolve("gap.jsonl");
    Files.write(gap, lines.subList(1, lines.size()));
    assertThat(run("session", "import", "--file", gap.toString(), "--as", "gap")).isEqualTo(1);
    assertThat(err).contains("IMPORT_INCOMPLETE", "chunk 0 was due");
    Path damaged = folder.resolve("damaged.jsonl");
    Files.write(
        damaged, lines.stream().map(l -> l.replace("\"data\":\"", "\"data\":\"AAAA")).toList());
    assertThat(run("session", "import", "--file", damaged.toString(), "--as", "x")).isEqualTo(1);
    assertThat(err).contains("IMPORT_DAMAGED");
    Path foreign = folder.resolve("foreign.jsonl");
    Files.write(
        foreign,
        lines.stream()
            .map(l -> l.replaceAll("\"fingerprint\":\"\\w+\"", "\"fingerprint\":\"1\""))
            .toList());
    assertThat(run("session", "import", "--file", foreign.toString(), "--as", "y")).isEqualTo(1);
    assertThat(err).contains("SESSION_OF_OTHER_MODEL");
    for (String name : List.of("cut", "gap", "x", "y")) {
      assertThat(run("session", "show", name)).isEqualTo(1);
    }
  }

  @Test
  @Order(10)
  void totals_outlive_a_rescale_and_ended_sessions_leave_nothing() throws Exception {
    job.rescale(1);
    assertThat(run("session", "list", "--timeout", "120")).isZero();
    assertThat(out).contains("4 sessions, ");
    for (String name : List.of("a", "b", "c", "a2")) {
      assertThat(run("session", "end", name)).isZero();
      assertThat(out).startsWith("forgotten  1 sessions, ");
    }
    awaitGauges(
        Map.of(
            "sessions", 0.0,
            "session_tokens", 0.0,
            "kv_state_bytes", 0.0,
            "kv_host_bytes", 0.0,
            "kv_device_tokens", 0.0));
    assertThat(run("session", "list")).isZero();
    assertThat(out).contains("0 sessions, 0 tokens");
  }

  @Test
  @Order(11)
  void a_shorter_time_to_live_holds_from_the_next_request_on() throws Exception {
    say("kept", "acme", "Hello.");
    assertThat(run("config", "set", "kv.state.ttl=1s")).isZero();
    say("brief", "acme", "Hello.");
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> {
              assertThat(run("session", "list")).isZero();
              assertThat(out).contains("kept").doesNotContain("brief");
            });
    assertThat(run("config", "reset", "kv.state.ttl")).isZero();
  }

  /** Waits until the newest records tell these sums; what an engine tells counts once. */
  private static void awaitGauges(Map<String, Double> wanted) {
    Map<Integer, MetricsRecord> newest = new HashMap<>();
    job.topics()
        .awaitReport(
            record -> {
              newest.merge(
                  record.subtask(),
                  record,
                  (a, b) -> a.windowEndMillis() > b.windowEndMillis() ? a : b);
              Fleet fleet = Fleet.of(List.copyOf(newest.values()));
              return wanted.entrySet().stream()
                  .allMatch(
                      one ->
                          fleet.members().stream()
                                  .map(member -> member.newest().gauges())
                                  .mapToDouble(each -> each.getOrDefault(one.getKey(), -1.0))
                                  .sum()
                              == one.getValue());
            });
  }

  private List<JsonNode> lines() throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    List<JsonNode> nodes = new ArrayList<>();
    for (String line : out.lines().toList()) {
      nodes.add(mapper.readTree(line));
    }
    return nodes;
  }

  private static void awaitBelow(String gauge, double limit) {
    long asked = System.currentTimeMillis();
    job.topics()
        .awaitReport(
            record ->
                record.windowEndMillis() > asked
                    && record.gauges().getOrDefault(gauge, Double.MAX_VALUE) <= limit);
  }

  private static Result say(String session, String tenant, String text) {
    return result(send(session, tenant, text));
  }

  private static String send(String session, String tenant, String text) {
    String id = "r" + requests++;
    job.topics()
        .send(
            TOPICS.requestsTopic(),
            session,
            String.format(
                "{\"request_id\":\"%s\",\"tenant\":\"%s\",\"max_tokens\":24,"
                    + "\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}",
                id, tenant, text));
    return id;
  }

  private static Result result(String id) {
    return job
        .topics()
        .await(TOPICS.resultsTopic(), 1, value -> ResultJson.read(value).requestId().equals(id))
        .stream()
        .map(ResultJson::read)
        .filter(result -> result.requestId().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private int run(String... args) {
    Commands run = job.command(args);
    out = run.out();
    err = run.err();
    return run.code();
  }
}
