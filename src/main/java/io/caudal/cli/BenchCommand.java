package io.caudal.cli;

import io.caudal.cli.engine.BenchCodecCommand;
import io.caudal.cli.engine.BenchDtypeCommand;
import io.caudal.cli.engine.BenchEngineCommand;
import io.caudal.cli.engine.BenchSoakCommand;
import io.caudal.cli.engine.BenchTurnCommand;
import picocli.CommandLine.Command;

/** {@code caudal bench}: measures, on this machine, what it names. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measure Caudal on this machine.",
    subcommands = {
      BenchStreamCommand.class,
      BenchAdaptiveCommand.class,
      BenchEngineCommand.class,
      BenchTurnCommand.class,
      BenchSoakCommand.class,
      BenchCodecCommand.class,
      BenchDtypeCommand.class
    },
    synopsisSubcommandLabel = "WHAT")
final class BenchCommand {}
