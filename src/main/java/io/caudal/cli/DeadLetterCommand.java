package io.caudal.cli;

import picocli.CommandLine.Command;

/** {@code caudal dead-letter}: input that could not be understood. */
@Command(
    name = "dead-letter",
    mixinStandardHelpOptions = true,
    description = "Look at input that could not be understood, and send it again.",
    subcommands = {
      DeadLetterListCommand.class,
      DeadLetterShowCommand.class,
      DeadLetterReplayCommand.class
    },
    synopsisSubcommandLabel = "WHAT")
final class DeadLetterCommand {}
