package io.caudal.cli;

import io.caudal.cli.console.Removals;
import io.caudal.protocol.Removed;
import io.caudal.protocol.RequestType;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code caudal session end}: forgets it. */
@Command(
    name = "end",
    mixinStandardHelpOptions = true,
    description = "Forgets a session: tokens, KV wherever it is, and recent results.")
final class SessionEndCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SessionRun session;

  @Override
  public Integer call() {
    Removed removed = session.ask(RequestType.END_SESSION).removed();
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        removed == null || removed.sessions() == 0
            ? "there was no such session"
            : "forgotten  " + Removals.of(removed));
    out.flush();
    return 0;
  }
}
