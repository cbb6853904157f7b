package io.caudal.cli;

import io.caudal.protocol.RequestType;
import io.caudal.protocol.SessionInfo;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code caudal session pin}: its KV leaves faster tiers last. */
@Command(
    name = "pin",
    mixinStandardHelpOptions = true,
    description = {
      "Keeps a session's KV on the device and in host memory before that of others, until",
      "it is unpinned or ends. Room for running requests comes first."
    })
final class SessionPinCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SessionRun session;

  @Override
  public Integer call() {
    SessionInfo info = session.info(session.ask(RequestType.PIN));
    PrintWriter out = spec.commandLine().getOut();
    out.println(info.sessionId() + " is pinned, its KV is in: " + info.tier());
    out.flush();
    return 0;
  }
}
