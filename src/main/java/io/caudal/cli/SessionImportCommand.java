package io.caudal.cli;

import io.caudal.cli.client.ExportReader;
import io.caudal.cli.client.SessionLine;
import io.caudal.cli.console.SessionText;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.CacheTier;
import io.caudal.protocol.Request;
import io.caudal.protocol.RequestType;
import io.caudal.protocol.Result;
import io.caudal.protocol.SessionChunk;
import io.caudal.protocol.SessionChunkJson;
import io.caudal.protocol.SessionTask;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal session import}: makes a session of an export. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Makes a session of an export, of this job or another one with the same model. It is",
      "there whole or not at all, and goes on as the exported one would have."
    })
final class SessionImportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ActionRun run;

  @ArgGroup(multiplicity = "1")
  private From from = new From();

  @Option(names = "--as", paramLabel = "ID", description = "Another name for it.")
  private @Nullable String as;

  @Option(names = "--overwrite", description = "In the place of a session of that name.")
  private boolean overwrite;

  private static final class From {
    @Option(names = "--file", paramLabel = "F", description = "What export has written.")
    private @Nullable Path file;

    @ArgGroup(exclusive = false)
    private @Nullable InTopic topic;
  }

  private static final class InTopic {
    @Option(
        names = "--topic",
        paramLabel = "T",
        required = true,
        description = "A topic with exports.")
    private String topic = "";

    @Option(
        names = "--session",
        paramLabel = "ID",
        required = true,
        description = "The session whose newest export it is.")
    private String session = "";
  }

  @Override
  public Integer call() {
    List<SessionChunk> chunks =
        from.topic == null
            ? read(from.file)
            : ExportReader.newest(run.kafka(), from.topic.topic, from.topic.session);
    String id = as == null ? chunks.get(0).origin().sessionId() : as;
    String request = run.newId();
    List<Request> requests = new ArrayList<>();
    for (SessionChunk chunk : chunks) {
      SessionTask task = new SessionTask(CacheTier.ALL, overwrite, chunk);
      requests.add(Request.about(RequestType.IMPORT, request + "-" + requests.size(), id, task));
    }
    Result last;
    try (SessionLine line = run.sessions()) {
      last = line.askAll(requests);
    }
    if (last.session() == null) {
      SessionChunk end = chunks.get(chunks.size() - 1);
      throw new CaudalException(
          ErrorCode.IMPORT_INCOMPLETE,
          "the export has " + end.total() + " chunks, there are " + chunks.size());
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(SessionText.lines(last.session()));
    out.flush();
    return 0;
  }

  private static List<SessionChunk> read(@Nullable Path file) {
    List<SessionChunk> chunks = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(Objects.requireNonNull(file))) {
        chunks.add(SessionChunkJson.read(line.getBytes(StandardCharsets.UTF_8)));
      }
    } catch (IOException e) {
      throw new CaudalException(
          ErrorCode.STORAGE_UNAVAILABLE, file + " can't be read: " + e.getMessage(), e);
    }
    if (chunks.isEmpty()) {
      throw new CaudalException(ErrorCode.IMPORT_INCOMPLETE, file + " has no chunks");
    }
    return chunks;
  }
}
