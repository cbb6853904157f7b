package io.caudal.cli.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The engine alone in a JVM like a TaskManager's. The command line's own JVM compiles for a quick
 * start, not for speed, which would flatter the stream.
 */
public final class EngineChild {
  /** The hidden option that makes the command print the engine's figures as JSON. */
  public static final String OPTION = "--engine-child";

  private EngineChild() {}

  /**
   * Runs this command again in a process of its own.
   *
   * @param arguments of the command line, {@link #OPTION} left out
   * @return {@link StreamReport#json} of the engine alone
   * @throws CaudalException {@code ENGINE_FAILED} if it ends otherwise; its own message is on
   *     stderr
   */
  public static ObjectNode measure(List<String> arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx1g",
                "-Dlog4j2.configurationFile="
                    + System.getProperty("log4j2.configurationFile", "log4j2-cli.properties"),
                "-cp",
                System.getProperty("java.class.path"),
                "io.caudal.cli.Main"));
    command.addAll(arguments);
    command.add(OPTION);
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      Thread end = new Thread(process::destroy, "caudal-engine-child");
      Runtime.getRuntime().addShutdownHook(end);
      try {
        byte[] out = process.getInputStream().readAllBytes();
        int code = process.waitFor();
        if (code == 0 && new ObjectMapper().readTree(out) instanceof ObjectNode figures) {
          return figures;
        }
        throw new CaudalException(
            ErrorCode.ENGINE_FAILED, "the engine alone did not answer the load, exit code " + code);
      } finally {
        process.destroy();
        removeHook(end);
      }
    } catch (IOException e) {
      throw new CaudalException(ErrorCode.ENGINE_FAILED, "the engine alone: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CaudalException(ErrorCode.ENGINE_FAILED, "interrupted beside the engine alone", e);
    }
  }

  private static void removeHook(Thread end) {
    try {
      Runtime.getRuntime().removeShutdownHook(end);
    } catch (IllegalStateException e) {
      // This JVM is ending, and the hook does its work.
    }
  }
}
