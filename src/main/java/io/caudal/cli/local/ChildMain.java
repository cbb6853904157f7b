package io.caudal.cli.local;

import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Runs another main class in a process that ends when its parent does, however the parent ends:
 * {@code ChildMain PARENT_PID KEEP_FILE MAIN_CLASS ARGS…}. If the keep file exists when the parent
 * ends, the process stays.
 *
 * <p>Packed in a jar of its own, so that the class path of a Flink process has nothing else of the
 * command line: it may use the JDK only.
 */
public final class ChildMain {
  private ChildMain() {}

  public static void main(String[] args) throws Throwable {
    Path keepFile = Path.of(args[1]);
    Optional<ProcessHandle> parent = ProcessHandle.of(Long.parseLong(args[0]));
    if (parent.isEmpty()) {
      Runtime.getRuntime().halt(1);
    }
    CompletableFuture<Void> unused =
        parent.orElseThrow().onExit().thenRun(() -> parentEnded(keepFile));
    try {
      Class.forName(args[2])
          .getMethod("main", String[].class)
          .invoke(null, (Object) Arrays.copyOfRange(args, 3, args.length));
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static void parentEnded(Path keepFile) {
    if (!Files.exists(keepFile)) {
      Runtime.getRuntime().halt(1);
    }
  }
}
