package io.caudal.cli.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.error.CaudalException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SimulateEvictionCommandTest {
  private static final String FIRST =
      "{\"timestamp\":0,\"input_length\":1024,\"output_length\":5,\"hash_ids\":[7,8]}\n";
  private static final String SECOND =
      "{\"timestamp\":9,\"input_length\":1025,\"output_length\":5,\"hash_ids\":[7,8,9],\"x\":[1]}\n";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path file;

  @BeforeEach
  void name(@TempDir Path folder) {
    file = folder.resolve("trace.jsonl");
  }

  @Test
  void json_is_a_list_of_rows_in_the_order_asked_for() throws IOException {
    Files.writeString(file, FIRST + SECOND);
    assertThat(run("--capacity-tokens", "512,2048", "--policies", "lru,OPTIMAL", "--json"))
        .isZero();
    assertThat(out.toString())
        .isEqualToIgnoringNewLines(
            "[{\"policy\":\"LRU\",\"capacity_tokens\":512,\"hit_share\":0.2},"
                + "{\"policy\":\"OPTIMAL\",\"capacity_tokens\":512,\"hit_share\":0.2},"
                + "{\"policy\":\"LRU\",\"capacity_tokens\":2048,\"hit_share\":0.4},"
                + "{\"policy\":\"OPTIMAL\",\"capacity_tokens\":2048,\"hit_share\":0.4}]");
  }

  @Test
  void a_share_of_the_trace_is_counted_and_the_rest_warms_up() throws IOException {
    Files.writeString(file, FIRST + SECOND);
    assertThat(run("--capacity-tokens", "2048", "--policies", "LFU", "--from", "0.5")).isZero();
    assertThat(out.toString()).endsWith("| 2048 | LFU | 0.6667 |\n");
  }

  @Test
  void a_missing_file_is_named() {
    assertThat(run()).isEqualTo(1);
    assertThat(err.toString()).contains("CONFIG_INVALID: --trace " + file + " is not a file");
  }

  @Test
  void an_empty_trace_is_refused() throws IOException {
    Files.writeString(file, "\n");
    assertThat(run()).isEqualTo(1);
    assertThat(err.toString()).contains("has no request");
  }

  @Test
  void a_bad_line_is_named_with_what_is_wrong() throws IOException {
    badSecondLine("{\"timestamp\":", "BAD_JSON", "line 2 is not JSON");
    badSecondLine("[1]", "BAD_JSON", "line 2 is not a JSON object");
    badSecondLine("{\"timestamp\":1}", "MISSING_FIELD", "line 2 has no input_length");
    badSecondLine("{\"timestamp\":\"now\"}", "BAD_FIELD", "line 2 has timestamp now, not a number");
    badSecondLine("{\"hash_ids\":3}", "BAD_FIELD", "line 2 has hash_ids that are no list");
    badSecondLine("{\"hash_ids\":[1.5]}", "BAD_FIELD", "line 2 has hash id 1.5");
  }

  @Test
  void an_unknown_policy_is_told_the_known_ones() {
    assertThat(run("--policies", "ARC")).isEqualTo(2);
    assertThat(err.toString()).contains("'ARC'").contains("LRU, LFU, ADAPTIVE, OPTIMAL");
  }

  @Test
  void a_capacity_or_share_out_of_range_is_named_with_its_limits() {
    assertThat(run("--capacity-tokens", "511")).isEqualTo(2);
    assertThat(err.toString()).contains("--capacity-tokens 511 is not allowed: at least a block");
    assertThat(run("--capacity-tokens", "lots")).isEqualTo(2);
    assertThat(err.toString()).contains("'lots' is not a long");
    assertThat(run("--from", "0.5", "--to", "0.5")).isEqualTo(2);
    assertThat(err.toString()).contains("--from 0.5 --to 0.5 is not allowed");
  }

  private void badSecondLine(String line, String code, String what) throws IOException {
    Files.writeString(file, FIRST + line + "\n");
    assertThat(run()).isEqualTo(1);
    assertThat(err.toString()).contains(code + ": ").contains(what);
  }

  private int run(String... args) {
    String[] all = new String[args.length + 2];
    all[0] = "--trace";
    all[1] = file.toString();
    System.arraycopy(args, 0, all, 2, args.length);
    return new CommandLine(new SimulateEvictionCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(
            (e, command, parsed) -> {
              String code = e instanceof CaudalException known ? known.code().name() : "?";
              command.getErr().println(code + ": " + e.getMessage());
              return 1;
            })
        .execute(all);
  }
}
