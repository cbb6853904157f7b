package io.caudal.config;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Settings as text, every key known; the settings records parse their own. Immutable. */
public final class Settings {
  /** Starts a key whose rest is handed to every Kafka client as it is. */
  public static final String KAFKA_CLIENT_PREFIX = "kafka.client.";

  private static final Map<String, ConfigKey<?>> KEYS =
      Stream.of(
              KafkaSettings.KEYS,
              ModelSettings.KEYS,
              DeviceSettings.KEYS,
              EngineSettings.KEYS,
              KvSettings.KEYS,
              KvCodecSettings.KEYS,
              RequestSettings.KEYS,
              LogSettings.KEYS,
              ProfileSettings.KEYS,
              JobSettings.KEYS,
              AdaptiveSettings.KEYS)
          .flatMap(List::stream)
          .collect(
              Collectors.toMap(
                  ConfigKey::name,
                  Function.identity(),
                  (a, b) -> {
                    throw new IllegalStateException("two settings are called " + a.name());
                  },
                  TreeMap::new));

  private final Map<String, String> values;

  private Settings(Map<String, String> values) {
    this.values = values;
  }

  /** Every key, in the order of its name. */
  public static List<ConfigKey<?>> keys() {
    return List.copyOf(KEYS.values());
  }

  /** Other names of keys, with the key. */
  public static Map<String, String> aliases() {
    return Aliases.names();
  }

  /**
   * The key of that name; an alias is none.
   *
   * @throws CaudalException {@code CONFIG_INVALID} for an unknown one, naming the nearest
   */
  public static ConfigKey<?> key(String name) {
    ConfigKey<?> key = KEYS.get(name);
    if (key == null) {
      throw unknown(name);
    }
    return key;
  }

  /**
   * The same settings with aliases replaced by their keys, and their values as those take them.
   *
   * @throws CaudalException {@code CONFIG_INVALID} if a key is there twice
   */
  public static Map<String, String> canonical(Map<String, String> values) {
    Map<String, String> canonical = new TreeMap<>(Aliases.resolve(values));
    canonical.replaceAll(
        (key, value) -> {
          ConfigKey<?> known = KEYS.get(key);
          return known == null ? value : known.canonical(value);
        });
    return canonical;
  }

  /**
   * Takes what differs from the defaults.
   *
   * @throws CaudalException {@code CONFIG_INVALID} for an unknown key, naming the nearest one
   */
  public static Settings of(Map<String, String> given) {
    Map<String, String> values = canonical(given);
    for (String key : values.keySet()) {
      if (!KEYS.containsKey(key) && !key.startsWith(KAFKA_CLIENT_PREFIX)) {
        throw unknown(key);
      }
    }
    return new Settings(Map.copyOf(values));
  }

  /**
   * Checks one change of a running job's settings.
   *
   * @throws CaudalException {@code CONFIG_INVALID} if the key is unknown, the value is not allowed,
   *     or the setting needs a restart
   */
  public static void checkLive(String key, String value) {
    Settings changed = of(Map.of(key, value));
    for (String name : changed.values.keySet()) {
      ConfigKey<?> known = KEYS.get(name);
      if (known != null) {
        changed.get(known); // a wrong value is worth saying before that it comes too late
      }
      if (known == null || !known.isLive()) {
        throw new CaudalException(
            ErrorCode.CONFIG_INVALID, "setting '" + key + "' can't change while the job runs");
      }
    }
  }

  /** Everything wrong with a change of a running job's settings; empty if it may be applied. */
  public static List<String> liveProblems(Map<String, String> set, Collection<String> reset) {
    List<String> problems = new ArrayList<>();
    set.forEach((key, value) -> problem(() -> checkLive(key, value)).ifPresent(problems::add));
    for (String name : canonicalNames(reset)) {
      problem(() -> checkLive(name, key(name).defaultText())).ifPresent(problems::add);
    }
    if (problems.isEmpty()) {
      problem(() -> canonical(set)).ifPresent(problems::add);
    }
    return problems;
  }

  private static Optional<String> problem(Runnable check) {
    try {
      check.run();
      return Optional.empty();
    } catch (CaudalException e) {
      return Optional.ofNullable(e.getMessage());
    }
  }

  /** Names with aliases replaced by their keys, each once. */
  public static Set<String> canonicalNames(Collection<String> names) {
    return names.stream()
        .map(name -> Aliases.names().getOrDefault(name, name))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Checks one value, whether it may change while the job runs or not.
   *
   * @throws CaudalException {@code CONFIG_INVALID} if the key is unknown or the value not allowed
   */
  public static void check(String key, String value) {
    Settings one = of(Map.of(key, value));
    for (String name : one.values.keySet()) {
      ConfigKey<?> known = KEYS.get(name);
      if (known != null) {
        one.get(known);
      }
    }
  }

  /** As {@link #of}, without those that this version doesn't know. */
  public static Settings ofKnown(Map<String, String> values) {
    Map<String, String> known = new TreeMap<>(values);
    known.keySet().retainAll(KEYS.keySet());
    return of(known);
  }

  /** A setting's value as text, its default if it was not given. */
  public String text(String key) {
    return values.getOrDefault(key, key(key).defaultText());
  }

  /** What was given, not what defaults add. */
  public Map<String, String> given() {
    return values;
  }

  <T> T get(ConfigKey<T> key) {
    return key.parse(values.getOrDefault(key.name(), key.defaultText()));
  }

  /** The settings that start with {@code prefix}, without it. */
  Map<String, String> withPrefix(String prefix) {
    return values.entrySet().stream()
        .filter(e -> e.getKey().startsWith(prefix))
        .collect(Collectors.toMap(e -> e.getKey().substring(prefix.length()), Map.Entry::getValue));
  }

  private static CaudalException unknown(String key) {
    return new CaudalException(
        ErrorCode.CONFIG_INVALID,
        String.format("unknown setting '%s'; did you mean '%s'?", key, nearest(key)));
  }

  private static String nearest(String key) {
    return Stream.concat(KEYS.keySet().stream(), Aliases.names().keySet().stream())
        .min(Comparator.comparingInt(known -> editDistance(key, known)))
        .orElseThrow();
  }

  /** Levenshtein distance, two rows at a time. */
  private static int editDistance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
