package io.caudal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void help_is_no_error() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("local", "chat", "demo");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void every_command_has_help() {
    for (String command :
        new String[] {
          "local",
          "chat",
          "demo",
          "cluster",
          "dead-letter",
          "config",
          "stats",
          "health",
          "report",
          "top",
          "profile",
          "diagnose"
        }) {
      assertThat(run(command, "--help")).isZero();
    }
  }

  @Test
  void no_command_is_a_usage_error() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).isEqualTo("caudal: no command given\nTry: caudal --help\n");
  }

  @Test
  void a_misspelt_option_names_the_nearest() {
    assertThat(run("local", "--taskmanager", "2")).isEqualTo(2);
    assertThat(err.toString()).startsWith("caudal: Unknown option").contains("--taskmanagers");
  }

  @Test
  void a_number_out_of_range_names_option_value_and_limits() {
    assertThat(run("local", "--port", "65536")).isEqualTo(2);
    assertThat(err.toString()).startsWith("caudal: --port 65536 is not allowed: 0 to 65535\n");
  }

  @Test
  void a_load_that_is_not_one_names_option_and_choices() {
    assertThat(run("bench", "stream", "--preset", "vllm")).isEqualTo(2);
    assertThat(err.toString()).contains("--preset").contains("vllm-multi-turn");
    assertThat(run("bench", "stream", "--answer-tokens", "9-3")).isEqualTo(2);
    assertThat(err.toString()).contains("--answer-tokens").contains("LOW-HIGH");
    assertThat(run("bench", "stream", "--rate", "0", "--duration", "5")).isEqualTo(2);
    assertThat(err.toString()).contains("--duration needs a --rate above 0");
    assertThat(run("bench", "stream", "--scale", "0")).isEqualTo(2);
    assertThat(err.toString()).contains("--scale 0.0 is not allowed");
    assertThat(run("bench", "adaptive", "--loads", "heavy")).isEqualTo(2);
    assertThat(err.toString()).contains("--loads 'heavy'", "bulk, interactive, starved");
  }

  @Test
  void presets_are_listed_and_shown_without_a_broker() {
    assertThat(run("preset", "list")).isZero();
    assertThat(out.toString()).contains("development", "bulk_processing");
    assertThat(run("config", "preset", "show", "low_latency")).isZero();
    assertThat(out.toString())
        .containsPattern("engine.max-batch +8 +16 +live")
        .containsPattern("results.delivery +at-least-once +exactly-once +restart");
    assertThat(run("config", "preset", "show", "fastest")).isEqualTo(1);
    assertThat(err.toString()).contains("no preset is called 'fastest'", "memory_efficient");
  }

  @Test
  void who_asks_for_health_in_a_wrong_way_does_not_hear_of_an_unhealthy_job() {
    assertThat(run("health", "--jsn")).isEqualTo(3);
    assertThat(run("health", "--rest", "job_manager:8081")).isEqualTo(3);
    assertThat(err.toString()).contains("BAD_PARAMETER").contains("--rest");
  }

  @Test
  void a_wrong_change_is_refused_before_a_broker_is_asked() {
    assertThat(run("config", "set", "log.level=a=debug")).isEqualTo(1);
    assertThat(err.toString()).contains("did you mean 'log.levels'?").hasLineCount(1);
    assertThat(run("config", "set", "engine.max-batch=4", "engine.max-batch=8")).isEqualTo(2);
    assertThat(err.toString()).contains("'engine.max-batch' is there twice");
    assertThat(run("config", "reset")).isEqualTo(2);
    assertThat(run("config", "get", "engine.maxbatch")).isEqualTo(1);
    assertThat(run("config", "apply-file", "/no/such/file")).isEqualTo(1);
    assertThat(err.toString()).contains("STORAGE_UNAVAILABLE: cannot read /no/such/file");
  }

  @Test
  void health_without_a_broker_is_unhealthy_and_says_what_to_do() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    assertThat(run("health", "--bootstrap", "127.0.0.1:" + port, "--rest", "127.0.0.1:" + port))
        .isEqualTo(2);
    assertThat(out.toString())
        .startsWith("unhealthy\n")
        .contains("no answer from 127.0.0.1:" + port)
        .contains("-> broker: check that Kafka runs");
  }

  @Test
  void a_local_run_says_where_its_job_manager_is(@TempDir Path home) throws IOException {
    assertThat(RestOption.localPort(home)).isEmpty();
    Files.createDirectory(home.resolve("conf"));
    Files.writeString(home.resolve("conf/config.yaml"), "rest.address: x\nrest.port: '18081'\n");
    assertThat(RestOption.localPort(home)).contains("18081");
  }

  @Test
  void what_is_not_a_number_is_a_usage_error() {
    assertThat(run("local", "--parallelism", "many")).isEqualTo(2);
    assertThat(err.toString()).startsWith("caudal: Invalid value").contains("--parallelism");
  }

  @Test
  void a_missing_model_folder_is_one_line() {
    assertThat(run("demo", "--model", "/no/such/folder")).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo(
            "caudal: MODEL_NOT_FOUND: model.path: no folder /no/such/folder on this machine;"
                + " give a model folder or 'bundled:demo'\n");
  }

  @Test
  void an_unknown_setting_of_chat_is_one_line() {
    assertThat(run("chat", "-D", "topics.request=x")).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("caudal: CONFIG_INVALID: unknown setting 'topics.request'")
        .hasLineCount(1);
  }

  @Test
  @Timeout(120)
  void no_command_hangs_or_guesses_without_a_broker() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    List<String> commands =
        List.of(
            "config get engine.max-batch",
            "config set engine.max-batch=3",
            "config reset engine.max-batch",
            "config diff",
            "config history",
            "config preset apply low_latency",
            "stats",
            "report",
            "profile --seconds 1",
            "session list",
            "session show a",
            "session pin a",
            "session export a --file none.jsonl",
            "cache clear --all",
            "dead-letter list",
            "chat");
    ExecutorService threads = Executors.newFixedThreadPool(commands.size());
    try {
      List<CompletableFuture<String>> told =
          commands.stream()
              .map(
                  command ->
                      CompletableFuture.supplyAsync(
                          () -> command + ": " + withoutBroker(command, port), threads))
              .toList();
      for (CompletableFuture<String> one : told) {
        assertThat(one.join())
            .contains(": 1 caudal: BROKER_UNREACHABLE: no answer from Kafka at 127.0.0.1:" + port)
            .hasLineCount(1);
      }
    } finally {
      threads.shutdown();
    }
  }

  private static String withoutBroker(String command, int port) {
    StringWriter told = new StringWriter();
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(new StringWriter(), true));
    commandLine.setErr(new PrintWriter(told, true));
    List<String> args = new ArrayList<>(List.of(command.split(" ")));
    args.addAll(List.of("--bootstrap", "127.0.0.1:" + port));
    return commandLine.execute(args.toArray(String[]::new)) + " " + told;
  }

  @Test
  void verbose_adds_the_stack_trace() {
    assertThat(run("demo", "--verbose", "--model", "/no/such/folder")).isEqualTo(1);
    assertThat(err.toString()).contains("at io.caudal.cli.SettingOptions.settings");
  }

  private int run(String... args) {
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(args);
  }
}
