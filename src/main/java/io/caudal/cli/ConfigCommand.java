package io.caudal.cli;

import picocli.CommandLine.Command;

/** {@code caudal config}: settings of a running job. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = {
      "Shows and changes settings of a running job, over Kafka. A change is made whole",
      "or not at all, between two steps; nothing is interrupted or lost."
    },
    subcommands = {
      ConfigGetCommand.class,
      ConfigSetCommand.class,
      ConfigResetCommand.class,
      ConfigDiffCommand.class,
      ConfigHistoryCommand.class,
      ConfigApplyFileCommand.class,
      ConfigPresetCommand.class
    },
    synopsisSubcommandLabel = "WHAT")
final class ConfigCommand {}
