package io.caudal.cli;

import picocli.CommandLine.Command;

/** {@code caudal session}: sessions of a running job. */
@Command(
    name = "session",
    mixinStandardHelpOptions = true,
    description = {
      "Shows sessions of a running job and acts on them. Answers come from the job's",
      "state, through its topics."
    },
    subcommands = {
      SessionListCommand.class,
      SessionShowCommand.class,
      SessionPinCommand.class,
      SessionUnpinCommand.class,
      SessionWarmCommand.class,
      SessionEndCommand.class,
      SessionExportCommand.class,
      SessionImportCommand.class
    },
    synopsisSubcommandLabel = "WHAT")
final class SessionCommand {}
