package io.caudal.engine.torch;

import io.caudal.config.Dtype;
import io.caudal.config.ModelSettings;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelRunnerContractTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class TorchRunnerBf16ContractTest extends ModelRunnerContractTest {
  private static LoadedModel model;

  @BeforeAll
  static void load() {
    model =
        new TorchModelFactory()
            .load(new ModelSettings(ModelSettings.BUNDLED, "", Dtype.BF16, "cpu", true));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Override
  protected LoadedModel loaded() {
    return model;
  }

  @Override
  protected double tolerance() {
    return 0.2;
  }
}
