package io.caudal.engine.torch;

import io.caudal.config.Dtype;
import io.caudal.engine.LoadedModel;

/**
 * Where the processor can't compute int8, {@code DtypeQualityTest} checks that it is refused; the
 * contract is of what would be taken there.
 */
class TorchRunnerInt8ContractTest extends TorchContractTest {
  TorchRunnerInt8ContractTest() {
    super(1);
  }

  @Override
  LoadedModel load() {
    return bundled(CpuFeatures.computesInt8() ? Dtype.INT8 : Dtype.AUTO);
  }
}
