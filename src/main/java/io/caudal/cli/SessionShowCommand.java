package io.caudal.cli;

import io.caudal.cli.console.SessionText;
import io.caudal.protocol.RequestType;
import io.caudal.protocol.SessionInfo;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal session show}: all that the job knows of one. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Shows what the job knows of a session.")
final class SessionShowCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SessionRun session;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    SessionInfo info = session.info(session.ask(RequestType.SHOW));
    PrintWriter out = spec.commandLine().getOut();
    out.print(json ? SessionText.json(info) + "\n" : SessionText.lines(info));
    out.flush();
    return 0;
  }
}
