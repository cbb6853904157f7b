package io.caudal.cli;

import io.caudal.cli.engine.GenerateCommand;
import io.caudal.cli.engine.MakeModelCommand;
import io.caudal.cli.eviction.SimulateEvictionCommand;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command {@code caudal}. Exit codes: 0 done, 1 failed (one line on stderr that says why), 2
 * the command line is wrong.
 */
@Command(
    name = "caudal",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Stateful LLM inference on Apache Flink.",
    subcommands = {
      LocalCommand.class,
      ClusterCommand.class,
      DeadLetterCommand.class,
      ChatCommand.class,
      DemoCommand.class,
      ConfigCommand.class,
      ConfigPresetCommand.class,
      StatsCommand.class,
      HealthCommand.class,
      SessionCommand.class,
      CacheCommand.class,
      HoldCommand.class,
      ReportCommand.class,
      TopCommand.class,
      ProfileCommand.class,
      DiagnoseCommand.class,
      GenerateCommand.class,
      BenchCommand.class,
      MakeModelCommand.class,
      SimulateEvictionCommand.class
    },
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "On failure, show the stack trace too.")
  private boolean verbose;

  public static void main(String[] args) {
    int code = 1;
    try {
      code = commandLine().execute(args);
    } catch (OutOfMemoryError e) {
      System.err.println("caudal: " + ErrorCode.OUT_OF_MEMORY + ": " + e.getMessage());
    }
    // Threads of Kafka's and Flink's clients may linger.
    System.exit(code);
  }

  /** The command with its subcommands, which ends no process. */
  public static CommandLine commandLine() {
    Main main = new Main();
    return new CommandLine(main)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Main::usageError)
        .setExecutionExceptionHandler((e, command, parsed) -> main.failure(e, command));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command given");
  }

  private int failure(Exception e, CommandLine command) {
    PrintWriter err = command.getErr();
    if (e instanceof CaudalException known) {
      err.println("caudal: " + known.code() + ": " + known.getMessage());
    } else {
      err.println("caudal: " + ErrorCode.ENGINE_FAILED + ": unexpected " + e);
    }
    if (verbose) {
      e.printStackTrace(err);
    }
    err.flush();
    return command.getCommandSpec().exitCodeOnExecutionException();
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "wrong command line" : message.lines().findFirst().orElse("");
  }

  private static int usageError(ParameterException e, String[] args) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println("caudal: " + firstLine(e.getMessage()));
    if (!UnmatchedArgumentException.printSuggestions(e, err)) {
      err.println("Try: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
    }
    err.flush();
    return e.getCommandLine().getCommandSpec().exitCodeOnInvalidInput();
  }
}
