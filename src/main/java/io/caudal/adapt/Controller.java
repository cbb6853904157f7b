package io.caudal.adapt;

import static io.caudal.adapt.RuleText.say;

import io.caudal.config.AdaptiveMode;
import io.caudal.config.AdaptiveSettings;
import io.caudal.config.Bounds;
import io.caudal.config.Scale;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides, window by window, which setting to move: the first rule that has applied in two windows,
 * one step, and no other until that step has been judged. What did harm is taken back. What
 * somebody else has changed is left alone. Not thread-safe; no clock: time is counted in windows.
 */
public final class Controller {
  /** Windows after which a change that nobody confirms is given up. */
  private static final int MOST_WAIT = 6;

  /** Windows after which a trial ends, without a verdict if there were too few requests. */
  private static final int MOST_WINDOWS = 12;

  /** Windows for which a setting that somebody else has changed is left alone. */
  private static final int HANDS_OFF = Past.COOL_DOWN;

  private static final int ENOUGH_ENDED = 4;

  private static final List<String> TARGETS =
      List.of("adaptive.ttft-target", "adaptive.itl-target");

  private final Map<String, String> inForce;
  private final Map<String, Long> handsOff;
  private final Map<String, Past> past;
  private List<Sample> samples;
  private List<String> held;
  private long windows;
  private @Nullable Trial trial;
  private @Nullable Sample load;

  public Controller(ControllerState state) {
    this.windows = state.windows();
    this.trial = state.trial();
    this.inForce = new HashMap<>(state.inForce());
    this.handsOff = new HashMap<>(state.handsOff());
    this.past = new HashMap<>(state.past());
    this.samples = state.samples();
    this.held = state.held();
    this.load = state.load();
  }

  public ControllerState state() {
    return new ControllerState(
        windows,
        trial,
        Map.copyOf(inForce),
        Map.copyOf(handsOff),
        Map.copyOf(past),
        samples,
        held,
        load);
  }

  /** What the rules would have moved by this window alone, the most important first. */
  public static List<Move> advice(Window w) {
    Controller fresh = new Controller(ControllerState.NEW);
    List<Move> moves = new ArrayList<>();
    for (Rule rule : applying(w)) {
      fresh.move(rule, w).ifPresent(moves::add);
    }
    return moves;
  }

  /**
   * Takes the next window.
   *
   * @return the change to make, to be seen in force in a later window; empty for none, and always
   *     so unless {@code adaptive.mode} is {@code on}
   */
  public Optional<Move> observe(Window w) {
    if (w.wanted().mode() != AdaptiveMode.ON) {
      forget();
      return Optional.empty();
    }
    windows++;
    noticeOthers(w);
    noticeTargets(w);
    noticeBounds(w);
    List<Rule> applying = applying(w);
    List<String> before = held;
    held = applying.stream().map(Rule::name).toList();
    if (trial == null || trial.confirmed()) {
      Optional<Move> fit = MemoryLimit.fit(w, this::isMine);
      if (fit.isPresent()) {
        trial = Trial.of(fit.get(), false, false, List.of());
        return fit;
      }
    }
    if (trial != null) {
      Optional<Move> revert = goOn(trial, w);
      if (trial != null) {
        return revert;
      }
    } else {
      note(Sample.of(w));
    }
    return Sample.isEnough(samples)
        ? begin(applying.stream().filter(rule -> before.contains(rule.name())).toList(), w)
        : Optional.empty();
  }

  private void forget() {
    trial = null;
    load = null;
    samples = List.of();
    held = List.of();
    inForce.clear();
    handsOff.clear();
    past.clear();
  }

  /** With other targets, nothing before can be compared with what comes. */
  private void noticeTargets(Window w) {
    boolean changed = false;
    for (String key : TARGETS) {
      String known = inForce.put(key, w.text(key));
      changed |= known != null && !known.equals(w.text(key));
    }
    if (changed) {
      past.clear();
      samples = List.of();
      trial = trial == null || trial.confirmed() ? null : trial.unjudged();
    }
  }

  /** A value that neither was there nor was asked for here is somebody else's. */
  private void noticeOthers(Window w) {
    for (String key : w.wanted().bounds().keySet()) {
      String value = w.text(key);
      String known = inForce.putIfAbsent(key, value);
      boolean asked = trial != null && trial.key().equals(key) && trial.to().equals(value);
      if (known == null || known.equals(value) || asked) {
        continue;
      }
      inForce.put(key, value);
      handsOff.put(key, windows + HANDS_OFF);
      samples = List.of();
      if (trial != null && trial.key().equals(key)) {
        trial = null;
      }
    }
    handsOff.values().removeIf(until -> until <= windows);
  }

  /** What may not be moved any more is not taken back either. */
  private void noticeBounds(Window w) {
    Bounds bounds = trial == null ? null : w.wanted().bounds().get(trial.key());
    if (trial != null
        && trial.confirmed()
        && (bounds == null || !bounds.contains(Scale.rank(trial.key(), trial.from()).orElse(0)))) {
      trial = null;
    }
  }

  private static List<Rule> applying(Window w) {
    return w.get("ended") < ENOUGH_ENDED
        ? List.of()
        : Rules.ALL.stream()
            .filter(rule -> w.wanted().bounds().containsKey(rule.key()))
            .filter(rule -> rule.applies().test(w))
            .toList();
  }

  private void note(Sample sample) {
    samples = samples.isEmpty() || Sample.mean(samples).isLike(sample) ? samples : List.of();
    List<Sample> more = new ArrayList<>(samples);
    more.add(sample);
    while (more.size() > MOST_WINDOWS || Sample.isEnough(more.subList(1, more.size()))) {
      more.remove(0);
    }
    samples = List.copyOf(more);
    if (Sample.isEnough(samples)) {
      Sample now = Sample.mean(samples);
      if (load != null && !load.isLike(now)) {
        past.clear(); // under another load another value may be right
        load = null;
      }
      load = load == null ? now : load;
    }
  }

  /** The trial's next window. */
  private Optional<Move> goOn(Trial going, Window w) {
    if (!going.confirmed()) {
      await(going, w);
      return Optional.empty();
    }
    Sample sample = Sample.of(w);
    if (!Sample.mean(going.before()).isLike(sample)) {
      keep(going, List.of(sample)); // of another load: no verdict, no blame
      return Optional.empty();
    }
    Trial more = going.plus(sample);
    trial = more;
    if (!Sample.isEnough(more.after())) {
      if (more.after().size() >= MOST_WINDOWS) {
        keep(more, more.after());
      }
      return Optional.empty();
    }
    Optional<String> worse = Verdict.worse(more.before(), more.after());
    if (worse.isEmpty()) {
      keep(more, more.after());
      return Optional.empty();
    }
    if (!Sample.isSure(more.after()) && more.after().size() < MOST_WINDOWS) {
      return Optional.empty();
    }
    Past own = past.getOrDefault(more.key(), Past.NONE);
    String reason =
        say("taken back (%s): %s; %s", more.rule(), worse.get(), own.nextTry(more.up()));
    past.put(more.key(), own.failed(more.up(), windows));
    Move back = new Move("taken-back", more.key(), more.to(), more.from(), reason);
    trial = Trial.of(back, !more.up(), false, List.of());
    return Optional.of(back);
  }

  private void await(Trial asked, Window w) {
    samples = List.of(); // this window saw both values
    if (w.text(asked.key()).equals(asked.to())) {
      inForce.put(asked.key(), asked.to());
      trial = asked.judged() ? asked.inForce() : null;
    } else if (asked.waited() < MOST_WAIT) {
      trial = asked.waiting();
    } else {
      past.merge(
          asked.key(),
          Past.NONE.ignored(asked.up(), windows),
          (own, none) -> own.ignored(asked.up(), windows));
      trial = null;
    }
  }

  private void keep(Trial done, List<Sample> since) {
    past.put(done.key(), past.getOrDefault(done.key(), Past.NONE).kept(done.up(), windows));
    samples = since;
    trial = null;
  }

  private Optional<Move> begin(List<Rule> rules, Window w) {
    for (Rule rule : rules) {
      boolean allowed =
          isMine(rule.key()) && past.getOrDefault(rule.key(), Past.NONE).allows(rule.up(), windows);
      Optional<Move> move = allowed ? move(rule, w) : Optional.empty();
      if (move.isPresent()) {
        trial = Trial.of(move.get(), rule.up(), true, samples);
        return move;
      }
    }
    return Optional.empty();
  }

  private boolean isMine(String key) {
    return !handsOff.containsKey(key);
  }

  private Optional<Move> move(Rule rule, Window w) {
    AdaptiveSettings wanted = w.wanted();
    Bounds bounds = wanted.bounds().get(rule.key());
    if (bounds == null) {
      return Optional.empty();
    }
    String from = w.text(rule.key());
    int most = past.getOrDefault(rule.key(), Past.NONE).steps(rule.up());
    // Where memory has no room for so large a move, a smaller one may do.
    for (int steps = most; steps > 0; steps--) {
      Optional<String> to =
          Knob.next(rule.key(), from, rule.up(), steps, bounds)
              .filter(value -> MemoryLimit.allows(w, rule.key(), value));
      if (to.isPresent()) {
        String reason = rule.reason().apply(w);
        return Optional.of(new Move(rule.name(), rule.key(), from, to.get(), reason));
      }
    }
    return Optional.empty();
  }
}
