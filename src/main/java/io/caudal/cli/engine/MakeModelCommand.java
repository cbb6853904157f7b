package io.caudal.cli.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal make-model}: a model folder of any shape with random weights, for benchmarks. */
@Command(
    name = "make-model",
    mixinStandardHelpOptions = true,
    description = "Make a Llama model folder with seeded random bf16 weights, for benchmarks.")
public final class MakeModelCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--shape",
      paramLabel = "SHAPE",
      description = {
        "2m, 135m, 360m, 1b, or hidden,layers,heads,kvHeads,headDim,intermediate,vocabulary",
        "(default: ${DEFAULT-VALUE})."
      })
  private String shape = "135m";

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder to write; made if it is not there.")
  private Path out;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Same seed, same weights (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Override
  public Integer call() throws IOException {
    ModelShapes parsed = ModelShapes.parse(shape);
    Files.createDirectories(out);
    RandomModel.write(parsed, seed, out);
    spec.commandLine().getOut().println(out + ": " + parsed);
    spec.commandLine().getOut().flush();
    return 0;
  }
}
