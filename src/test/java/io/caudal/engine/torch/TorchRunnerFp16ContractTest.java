package io.caudal.engine.torch;

import io.caudal.config.Dtype;
import io.caudal.engine.LoadedModel;

class TorchRunnerFp16ContractTest extends TorchContractTest {
  TorchRunnerFp16ContractTest() {
    super(1e-4);
  }

  @Override
  LoadedModel load() {
    return bundled(Dtype.FP16);
  }
}
