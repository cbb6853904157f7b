package io.caudal.cli;

import io.caudal.config.Dtype;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that set what the job computes; shared by the commands that start one. */
final class SettingOptions {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Hugging Face model folder; without it, the small model in the jar.")
  private @Nullable Path model;

  @Option(
      names = "--dtype",
      description = "Number format of weights and KV: ${COMPLETION-CANDIDATES}.")
  private @Nullable Dtype dtype;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "Any setting of the job; may be repeated.")
  private Map<String, String> settings = Map.of();

  /** The settings given, and {@code defaults} where none is. */
  Map<String, String> settings(Map<String, String> defaults) {
    Map<String, String> all = new TreeMap<>(defaults);
    if (model != null) {
      if (!Files.isDirectory(model)) {
        throw new CaudalException(
            ErrorCode.MODEL_NOT_FOUND, "--model " + model + " is not a folder");
      }
      all.put("model.path", model.toAbsolutePath().toString());
    }
    if (dtype != null) {
      all.put("model.dtype", dtype.name().toLowerCase(Locale.ROOT));
    }
    all.putAll(settings);
    return all;
  }
}
