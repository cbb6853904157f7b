package io.caudal.cli.bench;

import io.caudal.config.EngineSettings;
import io.caudal.config.KafkaSettings;
import io.caudal.config.KvSettings;
import io.caudal.config.ModelSettings;
import io.caudal.config.Settings;
import io.caudal.engine.host.Engine;
import io.caudal.engine.model.ModelConfig;
import io.caudal.engine.model.ModelFolder;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.text.ModelText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;

/** Puts a load on a Caudal, or on the engine alone, and measures. */
public final class StreamBench {
  private final Load load;
  private final Slo slo;
  private final Settings settings;
  private final ModelText model;
  private final Duration patience;
  private final Consumer<String> progress;

  /**
   * @param settings those of the job; its model counts the tokens of the prompts
   * @param patience how long no record may come while an answer is due
   * @param progress told about every second how far it is
   * @throws CaudalException {@code CONFIG_INVALID} if a session would outgrow the model's context
   */
  public StreamBench(
      Load load, Slo slo, Settings settings, Duration patience, Consumer<String> progress) {
    this.load = load;
    this.slo = slo;
    this.settings = settings;
    Path folder = ModelFolder.resolve(ModelSettings.from(settings).path());
    this.model = ModelText.load(folder);
    this.patience = patience;
    this.progress = progress;
    int context = ModelConfig.read(folder).contextTokens();
    if (load.shape().mostTokens() > context) {
      throw new CaudalException(
          ErrorCode.CONFIG_INVALID,
          String.format(
              "sessions of this load have up to about %d tokens and the model's context is %d; give"
                  + " a --scale below 1, fewer --rounds or shorter texts",
              load.shape().mostTokens(), context));
    }
  }

  /** Measures the Caudal behind these topics. */
  public StreamReport stream(KafkaSettings kafka) {
    try (Target target = new KafkaTarget(kafka, model.prompts().takesMessages())) {
      return run(target, "stream");
    }
  }

  /** Measures the engine alone, in this process. */
  public StreamReport engineAlone() {
    Engine engine =
        Engine.start(
            ModelSettings.from(settings), EngineSettings.from(settings), KvSettings.from(settings));
    try (Target target = new EngineTarget(engine)) {
      return run(target, "engine");
    }
  }

  private StreamReport run(Target target, String what) {
    String name = "bench-" + UUID.randomUUID().toString().substring(0, 8);
    if (load.warmup() > 0) {
      progress.accept(what + ": warm-up, " + load.warmup() + " requests that don't count");
      // Texts of their own, so that the measured sessions find nothing of theirs.
      Script other = new Script(model, ~load.seed());
      run(target, Plan.warmup(load), other, name + "-warmup", false, what);
    }
    LoadRun.Outcome outcome =
        run(
            target,
            Plan.of(load),
            new Script(model, load.seed()),
            name,
            load.shape().rate() > 0,
            what);
    return new StreamReport(new StreamFigures(load, what, outcome, slo), null);
  }

  private LoadRun.Outcome run(
      Target target, Plan plan, Script script, String name, boolean scheduled, String what) {
    return new LoadRun(
            target,
            plan,
            script,
            name,
            scheduled,
            patience,
            now -> progress.accept(what + " " + now))
        .run();
  }
}
