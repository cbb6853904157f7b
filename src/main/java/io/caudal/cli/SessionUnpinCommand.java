package io.caudal.cli;

import io.caudal.protocol.RequestType;
import io.caudal.protocol.SessionInfo;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code caudal session unpin}: its KV is as any other's. */
@Command(name = "unpin", mixinStandardHelpOptions = true, description = "Takes a pin back.")
final class SessionUnpinCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SessionRun session;

  @Override
  public Integer call() {
    SessionInfo info = session.info(session.ask(RequestType.UNPIN));
    PrintWriter out = spec.commandLine().getOut();
    out.println(info.sessionId() + " is not pinned, its KV is in: " + info.tier());
    out.flush();
    return 0;
  }
}
