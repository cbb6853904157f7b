package io.caudal.cli.engine;

import picocli.CommandLine.Command;

/** {@code caudal bench}: measures, on this machine, what it names. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measure Caudal on this machine.",
    subcommands = {BenchEngineCommand.class, BenchTurnCommand.class},
    synopsisSubcommandLabel = "WHAT")
public final class BenchCommand {}
