package io.caudal.cli;

import io.caudal.analytics.Text;
import io.caudal.cli.client.SessionLine;
import io.caudal.cli.console.ChangeOutcome;
import io.caudal.cli.console.Removals;
import io.caudal.protocol.CacheTier;
import io.caudal.protocol.ControlAction;
import io.caudal.protocol.Removed;
import io.caudal.protocol.Request;
import io.caudal.protocol.RequestType;
import io.caudal.protocol.SessionTask;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal cache clear}: removes KV, and says what. */
@Command(
    name = "clear",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Removes KV of one session, one tenant, of all that begins alike, or all. No session",
      "is lost: its tokens stay, and its KV is computed again at its next turn. What runs",
      "keeps its own. Exit code 0 if every subtask has done it."
    })
final class CacheClearCommand implements Callable<Integer> {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{16}");

  @Spec private CommandSpec spec;
  @Mixin private ActionRun run;

  @ArgGroup(multiplicity = "1")
  private Which which = new Which();

  @Option(
      names = "--tier",
      paramLabel = "TIER",
      defaultValue = "all",
      description =
          "Only on the device, in host memory, or in state: ${COMPLETION-CANDIDATES}"
              + " (default: ${DEFAULT-VALUE}).")
  private CacheTier tier;

  private static final class Which {
    @Option(names = "--session", paramLabel = "ID", description = "Of this session.")
    private @Nullable String session;

    @Option(names = "--tenant", paramLabel = "T", description = "Of this tenant's sessions.")
    private @Nullable String tenant;

    @Option(
        names = "--prefix",
        paramLabel = "TEXT|HASH",
        description = {
          "Of all whose prompt or first message begins with this text; or, 16 hexadecimal",
          "digits, of all from the block with this hash on (session show tells hashes)."
        })
    private @Nullable String prefix;

    @Option(names = "--all", description = "Everything.")
    private boolean unusedAll; // what is left when nothing else is given
  }

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (which.session != null) {
      try (SessionLine line = run.sessions()) {
        SessionTask task = new SessionTask(tier, false, null);
        Removed removed =
            line.ask(Request.about(RequestType.CLEAR_CACHE, run.newId(), which.session, task))
                .removed();
        out.println("removed    " + Removals.of(removed == null ? Removed.NONE : removed));
      }
      out.flush();
      return 0;
    }
    Long hash = hash(which.prefix);
    ControlAction action =
        new ControlAction(
            ControlAction.Kind.CLEAR_CACHE,
            which.tenant,
            hash == null ? which.prefix : null,
            hash,
            tier,
            run.notAfterMillis());
    ChangeOutcome outcome = run.act(action, ack -> {});
    out.print(Removals.lines(outcome.acks().values()));
    if (!outcome.isApplied()) {
      out.println(
          outcome.acks().isEmpty()
              ? "no subtask has answered in time (--timeout); see bin/caudal health"
              : "no answer of subtask " + Text.list(outcome.missing()));
    }
    out.flush();
    return outcome.isApplied() ? 0 : 1;
  }

  private static @Nullable Long hash(@Nullable String prefix) {
    return prefix != null && HASH.matcher(prefix).matches()
        ? Long.parseUnsignedLong(prefix, 16)
        : null;
  }
}
