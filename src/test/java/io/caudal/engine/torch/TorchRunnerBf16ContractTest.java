package io.caudal.engine.torch;

import io.caudal.config.Dtype;
import io.caudal.engine.LoadedModel;

class TorchRunnerBf16ContractTest extends TorchContractTest {
  TorchRunnerBf16ContractTest() {
    super(0.2);
  }

  @Override
  LoadedModel load() {
    return bundled(Dtype.BF16);
  }
}
