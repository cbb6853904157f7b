package io.caudal.engine;

import io.caudal.config.ModelSettings;
import java.util.ServiceLoader;

/** Loads models onto devices; found through {@link java.util.ServiceLoader}. */
public interface ModelRunnerFactory {

  /** The one on the class path; without one, this is not a whole Caudal. */
  static ModelRunnerFactory installed() {
    return ServiceLoader.load(ModelRunnerFactory.class, ModelRunnerFactory.class.getClassLoader())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no ModelRunnerFactory on the class path"));
  }

  /** GPUs that models can be loaded onto here: {@code cuda:0} and so on. */
  int gpus();

  /**
   * Loads the weights once.
   *
   * @throws io.caudal.error.CaudalException with {@code MODEL_NOT_FOUND}, {@code MODEL_DAMAGED},
   *     {@code MODEL_UNSUPPORTED}, {@code DEVICE_UNAVAILABLE} or {@code OUT_OF_MEMORY}
   */
  LoadedModel load(ModelSettings settings);
}
