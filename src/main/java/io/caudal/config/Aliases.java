package io.caudal.config;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Other names of keys, as other systems call them. Only what exists has one. */
final class Aliases {
  private static final String USE_CUDA = "use_cuda";

  private static final Map<String, String> NAMES = new TreeMap<>();

  static {
    NAMES.put("batch_size", "engine.max-batch");
    NAMES.put("cache_size", "kv.device.tokens");
    NAMES.put("deduplicate", "request.single-flight");
    NAMES.put("device", "model.device");
    NAMES.put("dtype", "model.dtype");
    NAMES.put("log_levels", "log.levels");
    NAMES.put("max_session_tokens", "kv.session.max-tokens");
    NAMES.put("num_workers", "engine.step-loops");
    NAMES.put("session_ttl", "kv.state.ttl");
    NAMES.put("timeout", "request.timeout");
    NAMES.put("token_budget", "engine.token-budget");
    NAMES.put(USE_CUDA, "model.device");
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
          if (resolved.putIfAbsent(key, name.equals(USE_CUDA) ? device(value) : value) != null) {
            throw new CaudalException(
                ErrorCode.CONFIG_INVALID, "setting '" + key + "' is given twice");
          }
        });
    return resolved;
  }

  private static String device(String useCuda) {
    return switch (useCuda.strip().toLowerCase(Locale.ROOT)) {
      case "true" -> "cuda:0";
      case "false" -> "cpu";
      default ->
          throw new CaudalException(
              ErrorCode.CONFIG_INVALID,
              String.format("%s = '%s' is not allowed: true | false", USE_CUDA, useCuda));
    };
  }
}
