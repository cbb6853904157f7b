package io.caudal.cli.engine;

import io.caudal.config.EngineSettings;
import io.caudal.config.KvSettings;
import io.caudal.config.ModelSettings;
import io.caudal.config.Settings;
import io.caudal.engine.host.Engine;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Options that say which model runs and how; shared by the commands that run the engine alone. */
public final class EngineOptions {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Hugging Face model folder; the bundled model if not given.")
  String model = ModelSettings.BUNDLED;

  @Option(
      names = "--dtype",
      description = "fp32, bf16, fp16, int8 or auto (default: ${DEFAULT-VALUE}).")
  String dtype = "fp32";

  @Option(names = "--device", description = "auto, cpu or cuda:N (default: ${DEFAULT-VALUE}).")
  String device = "auto";

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "Any setting of the configuration reference.")
  Map<String, String> settings = new LinkedHashMap<>();

  /** All settings: the options over what {@code -D} says. */
  Settings settings() {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put("model.path", model);
    all.put("model.dtype", dtype);
    all.put("model.device", device);
    return Settings.of(all);
  }

  /** Loads the model and starts an engine of its own; the caller closes it. */
  Engine start() {
    Settings all = settings();
    return Engine.start(ModelSettings.from(all), EngineSettings.from(all), KvSettings.from(all));
  }
}
