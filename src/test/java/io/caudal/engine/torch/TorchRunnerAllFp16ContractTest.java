package io.caudal.engine.torch;

import io.caudal.config.Dtype;
import io.caudal.engine.LoadedModel;

/** All in fp16, as on a GPU and on a CPU without FBGEMM. */
class TorchRunnerAllFp16ContractTest extends TorchContractTest {
  TorchRunnerAllFp16ContractTest() {
    super(0.05);
  }

  @Override
  LoadedModel load() {
    return new TorchModelFactory()
        .load(
            settings(Dtype.FP16),
            (device, module) -> new Computation(TorchDtype.FP16, LinearLayout.PLAIN));
  }
}
