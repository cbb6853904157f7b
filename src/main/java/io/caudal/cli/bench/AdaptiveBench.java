package io.caudal.cli.bench;

import io.caudal.cli.console.ChangeOutcome;
import io.caudal.cli.console.Console;
import io.caudal.config.ConfigKey;
import io.caudal.config.KafkaSettings;
import io.caudal.config.ModelSettings;
import io.caudal.config.Preset;
import io.caudal.config.Settings;
import io.caudal.engine.model.ModelFolder;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.ControlChange;
import io.caudal.text.ModelText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Plays loads to one running Caudal under each preset's live settings and under the adaptive
 * controller, which starts from the defaults, in turn.
 */
public final class AdaptiveBench {
  /** The arm that is no preset. */
  public static final String ADAPTIVE = "adaptive";

  private static final Duration ACK_LIMIT = Duration.ofMinutes(2);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** After the controller was switched off: until the last change that it sent is in force. */
  private static final Duration LAST_WORD = Duration.ofSeconds(2);

  private final KafkaSettings kafka;
  private final ModelText model;
  private final AdaptivePlan plan;
  private final Consumer<String> progress;
  private final Console console;

  /**
   * @param settings those of the job; its model counts the tokens of the prompts
   * @param kafka of the job that runs
   */
  public AdaptiveBench(
      AdaptivePlan plan, Settings settings, KafkaSettings kafka, Consumer<String> progress) {
    this.plan = plan;
    this.kafka = kafka;
    this.model = ModelText.load(ModelFolder.resolve(ModelSettings.from(settings).path()));
    this.progress = progress;
    this.console = new Console(kafka);
  }

  /**
   * Runs all of it; at the end the job has the settings that it was started with.
   *
   * @throws CaudalException {@code CONFIG_INVALID} if the job refuses a preset, {@code
   *     BROKER_UNREACHABLE}
   */
  public AdaptiveReport run() {
    AdaptiveReport report = new AdaptiveReport(plan);
    apply(Map.of());
    progress.accept("warm-up, " + plan.settleSeconds() + " s that don't count");
    play(TrialLoad.BULK, plan.settleSeconds(), ~plan.seed());
    for (int round = 0; round < plan.rounds(); round++) {
      for (TrialLoad load : plan.loads()) {
        List<String> arms = new ArrayList<>(plan.presets());
        arms.add(ADAPTIVE);
        Collections.rotate(arms, round);
        for (String arm : arms) {
          report.add(cell(load, arm, round));
        }
      }
    }
    apply(Map.of());
    return report;
  }

  private AdaptiveReport.Cell cell(TrialLoad load, String arm, int round) {
    boolean adaptive = arm.equals(ADAPTIVE);
    apply(adaptive ? plan.adaptiveSettings(load) : live(Preset.named(arm)));
    long since = System.currentTimeMillis();
    int before = adaptive ? plan.learnSeconds() : plan.settleSeconds();
    progress.accept(
        load.label()
            + ", "
            + arm
            + ": "
            + before
            + " s ahead, "
            + plan.seconds()
            + " s that count");
    LoadRun.Outcome outcome = play(load, before + plan.seconds(), plan.seed() + round);
    List<String> moves = adaptive ? moves(since) : List.of();
    if (adaptive) {
      change(Map.of("adaptive.mode", "off"), List.of());
      LockSupport.parkNanos(LAST_WORD.toNanos());
    }
    AdaptiveReport.Cell cell = AdaptiveReport.Cell.of(load, arm, outcome, before, plan, moves);
    progress.accept(cell.toString());
    return cell;
  }

  /** In sessions of its own, with texts of their own. */
  private LoadRun.Outcome play(TrialLoad load, int seconds, long seed) {
    Load made = load.load(seconds, seed);
    String name = "adaptive-" + UUID.randomUUID().toString().substring(0, 8);
    Script script = new Script(model, seed + name.hashCode());
    try (Target target = new KafkaTarget(kafka, model.prompts().takesMessages())) {
      boolean scheduled = made.shape().rate() > 0;
      return new LoadRun(target, Plan.of(made), script, name, scheduled, PATIENCE, now -> {})
          .endAfter(Duration.ofSeconds(seconds))
          .run();
    }
  }

  private static Map<String, String> live(Preset preset) {
    Map<String, String> live = new TreeMap<>(preset.settings());
    live.keySet().removeIf(key -> !Settings.key(key).isLive());
    live.remove("kv.device.tokens"); // the room that there is, for all alike
    return live;
  }

  /** These, and every other live setting as the job was started. */
  private void apply(Map<String, String> set) {
    List<String> reset =
        Settings.keys().stream()
            .filter(ConfigKey::isLive)
            .map(ConfigKey::name)
            .filter(key -> !set.containsKey(key))
            .toList();
    change(set, reset);
  }

  private void change(Map<String, String> set, List<String> reset) {
    String id = "bench-" + UUID.randomUUID().toString().substring(0, 8);
    ChangeOutcome outcome =
        console.change(new ControlChange(id, set, reset, "bench adaptive"), ACK_LIMIT);
    if (!outcome.isApplied()) {
      throw new CaudalException(
          ErrorCode.CONFIG_INVALID, "settings of a cell: " + outcome.summary());
    }
  }

  /** What the controller did, with its reasons. */
  private List<String> moves(long sinceMillis) {
    return console.history().stream()
        .filter(entry -> entry.timestampMillis() >= sinceMillis)
        .filter(entry -> ADAPTIVE.equals(entry.change().by()))
        .map(entry -> entry.steps() + ": " + entry.change().reason())
        .toList();
  }
}
