package io.caudal.stream.job;

import io.caudal.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.stream.Stream;
import picocli.CommandLine;

/** What a command printed, and its exit code. */
record Commands(int code, String out, String err) {

  /** Runs a command against a running job. */
  static Commands run(RunningJob job, String... args) {
    return run(
        Stream.concat(Arrays.stream(args), Stream.of("--bootstrap", job.kafka().bootstrapServers()))
            .toArray(String[]::new));
  }

  /** Runs a command that needs no job. */
  static Commands run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    int code = commandLine.execute(args);
    return new Commands(code, out.toString(), err.toString());
  }
}
