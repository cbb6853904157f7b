package io.caudal.engine.torch;

import io.caudal.config.Dtype;
import io.caudal.config.ModelSettings;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelRunnerContractTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** All in fp16, as on a GPU and on a CPU without FBGEMM. */
class TorchRunnerAllFp16ContractTest extends ModelRunnerContractTest {
  private static LoadedModel model;

  @BeforeAll
  static void load() {
    model =
        new TorchModelFactory()
            .load(
                new ModelSettings(ModelSettings.BUNDLED, "", Dtype.FP16, "cpu", true),
                (device, module) -> new Computation(TorchDtype.FP16, LinearLayout.PLAIN));
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
    return 0.05;
  }
}
