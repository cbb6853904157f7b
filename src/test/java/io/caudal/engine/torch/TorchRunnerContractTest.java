package io.caudal.engine.torch;

import io.caudal.config.Dtype;
import io.caudal.engine.LoadedModel;

class TorchRunnerContractTest extends TorchContractTest {
  TorchRunnerContractTest() {
    super(1e-4);
  }

  @Override
  LoadedModel load() {
    return bundled(Dtype.FP32);
  }
}
