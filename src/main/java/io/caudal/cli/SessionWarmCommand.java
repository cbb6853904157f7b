package io.caudal.cli;

import io.caudal.protocol.RequestType;
import io.caudal.protocol.Usage;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code caudal session warm}: brings its KV to the device. */
@Command(
    name = "warm",
    mixinStandardHelpOptions = true,
    description = {
      "Brings a session's KV to the device ahead of its next turn, so that the turn need not",
      "wait for it. Nothing is generated."
    })
final class SessionWarmCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SessionRun session;

  @Override
  public Integer call() {
    Usage usage = session.ask(RequestType.WARM).usage();
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        usage.cachedTokens()
            + " of "
            + usage.promptTokens()
            + " tokens have their KV on the device"
            + (usage.cachedTokens() == 0 ? ": running requests leave no room" : ""));
    out.flush();
    return 0;
  }
}
