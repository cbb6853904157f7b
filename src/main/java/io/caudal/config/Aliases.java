package io.caudal.config;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Other names of keys, as other systems call them. Only what exists has one. */
final class Aliases {
  private static final Map<String, String> NAMES = new TreeMap<>();

  /** Of names whose values are not their keys': what each value means. */
  private static final Map<String, Map<String, String>> VALUES =
      Map.of(
          "enable_profiling", Map.of("true", "60s", "false", "0ms"),
          "use_cuda", Map.of("true", "cuda", "false", "cpu"),
          "quantization_bits", Map.of("16", "half", "8", "int8", "4", "int4"));

  static {
    NAMES.put("adaptive", "adaptive.mode");
    NAMES.put("batch_size", "engine.max-batch");
    NAMES.put("cache_size", "kv.device.tokens");
    NAMES.put("cache_strategy", "kv.eviction-policy");
    NAMES.put("compression_ratio", "kv.compression-ratio");
    NAMES.put("deduplicate", "request.single-flight");
    NAMES.put("device", "model.device");
    NAMES.put("dtype", "model.dtype");
    NAMES.put("enable_gc", "kv.host.gc");
    NAMES.put("enable_prefetch", "kv.prefetch");
    NAMES.put("gc_threshold", "kv.host.gc-threshold");
    NAMES.put("enable_profiling", "profile.duration");
    NAMES.put("log_levels", "log.levels");
    NAMES.put("max_memory_mb", "kv.host.bytes");
    NAMES.put("max_session_tokens", "kv.session.max-tokens");
    NAMES.put("max_retries", "request.max-attempts");
    NAMES.put("retries", "request.max-attempts");
    NAMES.put("num_workers", "engine.step-loops");
    NAMES.put("prefetch_size", "kv.prefetch-sessions");
    NAMES.put("quantization_bits", "kv.codec");
    NAMES.put("session_ttl", "kv.state.ttl");
    NAMES.put("timeout", "request.timeout");
    NAMES.put("token_budget", "engine.token-budget");
    NAMES.put("use_compression", "kv.use-compression");
    NAMES.put("use_cuda", "model.device");
    NAMES.put("verbose", "log.verbose");
  }

  private Aliases() {}

  static Map<String, String> names() {
    return Map.copyOf(NAMES);
  }

  /**
   * @throws CaudalException {@code CONFIG_INVALID} if an alias and its key are both there
   */
  static Map<String, String> resolve(Map<String, String> values) {
    Map<String, String> resolved = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> {
          String key = NAMES.getOrDefault(name, name);
          if (resolved.putIfAbsent(key, value(name, value)) != null) {
            throw new CaudalException(
                ErrorCode.CONFIG_INVALID, "setting '" + key + "' is given twice");
          }
        });
    return resolved;
  }

  private static String value(String name, String value) {
    if (name.equals("max_memory_mb") && value.strip().matches("\\d+")) {
      return value.strip() + "mb";
    }
    Map<String, String> meanings = VALUES.get(name);
    if (meanings == null) {
      return value;
    }
    String meaning = meanings.get(value.strip().toLowerCase(Locale.ROOT));
    if (meaning == null) {
      throw new CaudalException(
          ErrorCode.CONFIG_INVALID,
          String.format(
              "%s = '%s' is not allowed: %s",
              name, value, String.join(" | ", new TreeSet<>(meanings.keySet()))));
    }
    return meaning;
  }
}
