package io.caudal.cli;

import picocli.CommandLine.Command;

/** {@code caudal cluster}: a Flink cluster on this machine that outlives its commands. */
@Command(
    name = "cluster",
    mixinStandardHelpOptions = true,
    description = {
      "A Flink cluster on this machine, in the background: a JobManager and TaskManagers as",
      "processes of their own, from Maven's jars and flink-conf/."
    },
    subcommands = {
      ClusterStartCommand.class,
      ClusterSubmitCommand.class,
      ClusterStatusCommand.class,
      ClusterSavepointCommand.class,
      ClusterRescaleCommand.class,
      ClusterKillCommand.class,
      ClusterAddCommand.class,
      ClusterStopCommand.class
    },
    synopsisSubcommandLabel = "WHAT")
final class ClusterCommand {}
