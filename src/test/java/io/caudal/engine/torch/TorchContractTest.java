package io.caudal.engine.torch;

import io.caudal.config.Dtype;
import io.caudal.config.ModelSettings;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelRunnerContractTest;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** The contract with the bundled model on the CPU, loaded once for a class. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TorchContractTest extends ModelRunnerContractTest {
  private final double tolerance;
  private LoadedModel model;

  TorchContractTest(double tolerance) {
    this.tolerance = tolerance;
  }

  abstract LoadedModel load();

  static LoadedModel bundled(Dtype dtype) {
    return new TorchModelFactory().load(settings(dtype));
  }

  static ModelSettings settings(Dtype dtype) {
    return new ModelSettings(ModelSettings.BUNDLED, "", dtype, "cpu", true, List.of());
  }

  @BeforeAll
  void loadOnce() {
    model = load();
  }

  @AfterAll
  void close() {
    model.close();
  }

  @Override
  protected final LoadedModel loaded() {
    return model;
  }

  @Override
  protected final double tolerance() {
    return tolerance;
  }
}
