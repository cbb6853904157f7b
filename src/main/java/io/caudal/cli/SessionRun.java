package io.caudal.cli;

import io.caudal.cli.client.SessionLine;
import io.caudal.protocol.Request;
import io.caudal.protocol.RequestType;
import io.caudal.protocol.Result;
import io.caudal.protocol.SessionInfo;
import io.caudal.protocol.SessionTask;
import java.util.Objects;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Sends a request about one session; shared by the commands that do. */
final class SessionRun {
  @Mixin private ActionRun run;

  @Parameters(paramLabel = "ID", description = "The session.")
  private String id = "";

  /**
   * @throws io.caudal.error.CaudalException with the result's code if it is an error
   */
  Result ask(RequestType type) {
    try (SessionLine line = run.sessions()) {
      return line.ask(Request.about(type, run.newId(), id, SessionTask.NONE));
    }
  }

  SessionInfo info(Result result) {
    return Objects.requireNonNull(result.session(), "a job of an older version answered");
  }
}
