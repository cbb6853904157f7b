package io.caudal.engine;

import io.caudal.config.ModelSettings;

/** Loads models onto devices; found through {@link java.util.ServiceLoader}. */
public interface ModelRunnerFactory {

  /**
   * Loads the weights once.
   *
   * @throws io.caudal.error.CaudalException with {@code MODEL_NOT_FOUND}, {@code MODEL_DAMAGED},
   *     {@code MODEL_UNSUPPORTED}, {@code DEVICE_UNAVAILABLE} or {@code OUT_OF_MEMORY}
   */
  LoadedModel load(ModelSettings settings);
}
