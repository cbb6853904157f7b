package io.caudal.cli;

import io.caudal.cli.client.ExportReader;
import io.caudal.cli.client.SessionLine;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.Request;
import io.caudal.protocol.RequestType;
import io.caudal.protocol.SessionChunk;
import io.caudal.protocol.SessionChunkJson;
import io.caudal.protocol.SessionTask;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code caudal session export}: writes a session to the sessions topic, and to a file. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Has the job write a session (tokens, KV as it lies in state) to the sessions topic,",
      "and copies it to a file if one is given. The session stays."
    })
final class SessionExportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ActionRun run;

  @Parameters(paramLabel = "ID", description = "The session.")
  private String id = "";

  @Option(names = "--file", paramLabel = "F", description = "Where to copy it, a chunk a line.")
  private @Nullable Path file;

  @Override
  public Integer call() {
    String exportId = run.newId();
    int[] chunks = new int[1];
    long[] bytes = new long[1];
    try (ExportReader reader = ExportReader.follow(run.kafka());
        SessionLine line = run.sessions();
        NewFile to = NewFile.of(file)) {
      var unused = line.ask(Request.about(RequestType.EXPORT, exportId, id, SessionTask.NONE));
      chunks[0] =
          reader.read(
              exportId,
              Duration.ofSeconds(run.timeoutSeconds()),
              chunk -> bytes[0] += write(chunk, to.stream()));
      to.complete();
    } catch (IOException | UncheckedIOException e) {
      throw new CaudalException(
          ErrorCode.STORAGE_UNAVAILABLE, file + " can't be written: " + e.getMessage(), e);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        "exported   "
            + id
            + " as "
            + exportId
            + ", "
            + chunks[0]
            + " chunks, "
            + bytes[0]
            + " bytes, to topic "
            + run.kafka().sessionsTopic()
            + (file == null ? "" : " and " + file));
    out.flush();
    return 0;
  }

  private static int write(SessionChunk chunk, OutputStream to) {
    try {
      to.write(SessionChunkJson.write(chunk));
      to.write('\n');
      return chunk.data().length;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
