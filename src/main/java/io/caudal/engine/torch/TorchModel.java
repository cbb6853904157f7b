package io.caudal.engine.torch;

import ai.djl.Device;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelInfo;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.model.ModelConfig;

/**
 * The module that holds the weights. Each runner has a module of its own that refers to the same
 * tensors, so runners don't meet; {@link #newRunner} may be called by any thread.
 */
final class TorchModel implements LoadedModel {
  private final DecoderModule module;
  private final ModelConfig config;
  private final ModelInfo info;
  private final Device device;
  private final Computation computation;
  private final int defaultStepLoops;
  private final CoreShares cores;

  TorchModel(
      DecoderModule module,
      ModelConfig config,
      ModelInfo info,
      Device device,
      Computation computation,
      int cpuCores) {
    this.module = module;
    this.config = config;
    this.info = info;
    this.device = device;
    this.computation = computation;
    this.defaultStepLoops = device.isGpu() ? 1 : cpuCores;
    this.cores = new CoreShares(defaultStepLoops);
  }

  @Override
  public ModelInfo model() {
    return info;
  }

  @Override
  public String device() {
    return device.isGpu() ? "cuda:" + device.getDeviceId() : "cpu";
  }

  @Override
  public int defaultStepLoops() {
    return defaultStepLoops;
  }

  @Override
  public ModelRunner newRunner(int slots) {
    return newRunner(slots, device.isGpu() ? KvArenas.Cut.FOR_GPU : KvArenas.Cut.FOR_CPU);
  }

  synchronized ModelRunner newRunner(int slots, KvArenas.Cut cut) {
    DecoderModule own = DecoderModule.compile(device);
    try {
      configure(own);
      own.run("adopt", module.call("share"), module.call("share_fbgemm"));
      return new TorchRunner(own, info, slots, cores.newShare(), cut);
    } catch (RuntimeException e) {
      own.close();
      throw e;
    }
  }

  void configure(DecoderModule target) {
    target.run(
        "configure",
        IValue.from(config.layers()),
        IValue.from(config.heads()),
        IValue.from(config.kvHeads()),
        IValue.from(config.headDim()),
        IValue.from(config.normEpsilon()),
        IValue.listFrom(config.inverseFrequencies()),
        IValue.from(computation.dtype().code()),
        IValue.from(computation.linears().code()),
        IValue.from(computation.linears().fbgemmRows()));
  }

  @Override
  public synchronized void close() {
    module.close();
    if (device.isGpu()) {
      JniUtils.emptyCudaCache(); // what PyTorch keeps for later others may need now
    }
  }
}
