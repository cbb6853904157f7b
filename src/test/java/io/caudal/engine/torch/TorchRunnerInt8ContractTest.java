package io.caudal.engine.torch;

import io.caudal.config.Dtype;
import io.caudal.config.ModelSettings;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelRunnerContractTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Where the processor can't compute int8, {@code DtypeQualityTest} checks that it is refused; the
 * contract is of what would be taken there.
 */
class TorchRunnerInt8ContractTest extends ModelRunnerContractTest {
  private static LoadedModel model;

  @BeforeAll
  static void load() {
    Dtype dtype = CpuFeatures.computesInt8() ? Dtype.INT8 : Dtype.AUTO;
    model =
        new TorchModelFactory()
            .load(new ModelSettings(ModelSettings.BUNDLED, "", dtype, "cpu", true));
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
    return 1;
  }
}
