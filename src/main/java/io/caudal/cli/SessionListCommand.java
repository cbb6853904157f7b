package io.caudal.cli;

import io.caudal.analytics.Text;
import io.caudal.cli.console.ChangeOutcome;
import io.caudal.cli.console.SessionText;
import io.caudal.protocol.CacheTier;
import io.caudal.protocol.ControlAction;
import io.caudal.protocol.SessionInfo;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal session list}: what each subtask finds in its state. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Lists the sessions, those used last first. Exit code 1 if a subtask has not answered."
    })
final class SessionListCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ActionRun run;

  @Option(names = "--tenant", paramLabel = "T", description = "Only this tenant's.")
  private @Nullable String tenant;

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      description = "Only those whose prompt or first message begins with this text.")
  private @Nullable String prefix;

  @Option(
      names = "--last",
      paramLabel = "N",
      defaultValue = "100",
      description = "Only the N used last (default: ${DEFAULT-VALUE}); 0 for all.")
  private int last;

  @Option(names = "--json", description = "Print one JSON object a line.")
  private boolean json;

  @Override
  public Integer call() {
    Ranges.check(spec, "--last", last, 0, 100_000_000);
    ControlAction action =
        new ControlAction(
            ControlAction.Kind.LIST_SESSIONS,
            tenant,
            prefix,
            null,
            CacheTier.ALL,
            run.notAfterMillis());
    List<SessionInfo> sessions = new ArrayList<>();
    ChangeOutcome outcome =
        run.act(
            action,
            ack -> {
              if (ack.report() != null) {
                sessions.addAll(ack.report().sessions());
              }
            });
    sessions.sort(Comparator.comparingLong(SessionInfo::lastUsedMillis).reversed());
    int shown = last == 0 ? sessions.size() : Math.min(last, sessions.size());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      sessions.subList(0, shown).forEach(one -> out.println(SessionText.json(one)));
    } else {
      out.print(SessionText.table(sessions.subList(0, shown)));
      out.println(SessionText.sum(sessions, shown));
    }
    if (!outcome.isApplied()) {
      out.println(
          outcome.acks().isEmpty()
              ? "no subtask has answered in time (--timeout); see bin/caudal health"
              : "not all: no answer of subtask " + Text.list(outcome.missing()));
    }
    out.flush();
    return outcome.isApplied() ? 0 : 1;
  }
}
