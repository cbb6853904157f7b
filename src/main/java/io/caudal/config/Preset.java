package io.caudal.config;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Settings that go together, by a name: the resource {@code presets/NAME.properties}, whose first
 * line says what it is for.
 *
 * @param settings by key, each one allowed
 */
public record Preset(String name, String description, Map<String, String> settings) {
  /** All of them. */
  public static final List<String> NAMES =
      List.of(
          "development",
          "production",
          "high_performance",
          "low_latency",
          "memory_efficient",
          "bulk_processing");

  /**
   * @throws CaudalException {@code CONFIG_INVALID} if there is none of that name
   */
  public static Preset named(String name) {
    if (!NAMES.contains(name)) {
      throw new CaudalException(
          ErrorCode.CONFIG_INVALID,
          "no preset is called '" + name + "'; there are " + String.join(", ", NAMES));
    }
    String text = text("/presets/" + name + ".properties");
    Map<String, String> settings = new TreeMap<>();
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    properties.stringPropertyNames().forEach(key -> settings.put(key, properties.getProperty(key)));
    settings.forEach(Settings::check);
    String first = text.lines().findFirst().orElse("");
    return new Preset(name, first.replaceFirst("^#\\s*", ""), settings);
  }

  /** What other presets set and this one does not, sorted. */
  public Set<String> unnamed() {
    Set<String> keys = new TreeSet<>();
    NAMES.forEach(other -> keys.addAll(named(other).settings().keySet()));
    keys.removeAll(settings.keySet());
    return keys;
  }

  private static String text(String resource) {
    try (InputStream in = Preset.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is not on the class path");
      }
      return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
          .lines()
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
