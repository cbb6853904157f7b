package io.caudal.cli;

import io.caudal.config.Dtype;
import io.caudal.config.ModelSettings;
import io.caudal.config.Settings;
import io.caudal.engine.model.Checkpoint;
import io.caudal.engine.model.ModelConfig;
import io.caudal.engine.model.ModelFolder;
import io.caudal.error.CaudalException;
import io.caudal.text.ModelText;
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
      all.put("model.path", model.toAbsolutePath().toString());
    }
    if (dtype != null) {
      all.put("model.dtype", dtype.name().toLowerCase(Locale.ROOT));
    }
    all.putAll(settings);
    checkModel(ModelSettings.from(Settings.of(all)).path());
    return all;
  }

  /**
   * Says here what is wrong with a model folder: in the job it would be the reason of restarts.
   *
   * @throws CaudalException {@code MODEL_NOT_FOUND}, {@code MODEL_DAMAGED} or {@code
   *     MODEL_UNSUPPORTED}
   */
  private static void checkModel(String path) {
    Path folder = ModelFolder.resolve(path);
    ModelConfig.read(folder);
    Checkpoint.open(folder).close();
    ModelText.load(folder);
  }
}
