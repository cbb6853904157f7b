package io.caudal.cli;

import picocli.CommandLine.Command;

/** {@code caudal cache}: copies of sessions' KV. */
@Command(
    name = "cache",
    mixinStandardHelpOptions = true,
    description = "Removes KV, which is computed again when it is wanted.",
    subcommands = CacheClearCommand.class,
    synopsisSubcommandLabel = "WHAT")
final class CacheCommand {}
