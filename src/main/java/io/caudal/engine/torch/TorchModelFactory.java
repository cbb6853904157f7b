package io.caudal.engine.torch;

import ai.djl.Device;
import ai.djl.pytorch.jni.IValue;
import io.caudal.config.Dtype;
import io.caudal.config.ModelSettings;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelInfo;
import io.caudal.engine.ModelRunnerFactory;
import io.caudal.engine.model.Checkpoint;
import io.caudal.engine.model.Fingerprint;
import io.caudal.engine.model.ModelConfig;
import io.caudal.engine.model.ModelFolder;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.kv.KvShape;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads Hugging Face folders into PyTorch. */
public final class TorchModelFactory implements ModelRunnerFactory {
  private static final Logger LOG = LoggerFactory.getLogger(TorchModelFactory.class);

  @Override
  public int gpus() {
    return TorchRuntime.gpus();
  }

  @Override
  public LoadedModel load(ModelSettings settings) {
    Path folder = ModelFolder.resolve(settings.path());
    ModelConfig config = ModelConfig.read(folder);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      Device device = TorchRuntime.device(settings.device());
      TorchDtype dtype = dtype(settings.dtype(), device);
      KvShape kv = new KvShape(config.layers(), config.kvHeads(), config.headDim(), dtype.kv());
      ModelInfo info =
          new ModelInfo(
              ModelFolder.name(settings),
              Fingerprint.of(config, checkpoint, kv),
              config.contextTokens(),
              config.vocabulary(),
              config.stopIds(),
              kv);
      boolean int8 = settings.dtype() == Dtype.INT8;
      return load(config, checkpoint, info, device, dtype, int8);
    }
  }

  private static LoadedModel load(
      ModelConfig config,
      Checkpoint checkpoint,
      ModelInfo info,
      Device device,
      TorchDtype dtype,
      boolean int8) {
    DecoderModule module = DecoderModule.compile(device);
    try {
      LinearLayout linears = int8 ? LinearLayout.INT8 : layout(module, device, dtype);
      TorchModel model = new TorchModel(module, config, info, device, dtype, linears);
      model.configure(module);
      new WeightLoader(module, checkpoint, config).load();
      return model;
    } catch (RuntimeException e) {
      module.close();
      throw e;
    }
  }

  /**
   * FP16 is computed as such everywhere, but on a CPU without avx512_fp16 only a batch of one is
   * fast: oneDNN has nothing to offer there and PyTorch's own product is made for one row.
   */
  private static TorchDtype dtype(Dtype dtype, Device device) {
    return switch (dtype) {
      case AUTO -> fastest(device);
      case INT8 -> {
        if (device.isGpu() || !CpuFeatures.computesInt8()) {
          throw new CaudalException(
              ErrorCode.DEVICE_UNAVAILABLE,
              "model.dtype is int8, which needs a CPU with VNNI (avx512_vnni or avx_vnni), and the"
                  + " device here is "
                  + (device.isGpu() ? "a GPU" : "a CPU without")
                  + "; set model.dtype to auto");
        }
        yield fastest(device);
      }
      case FP32 -> TorchDtype.FP32;
      case BF16 -> TorchDtype.BF16;
      case FP16 -> TorchDtype.FP16;
    };
  }

  private static TorchDtype fastest(Device device) {
    return device.isGpu() || CpuFeatures.computesBf16() ? TorchDtype.BF16 : TorchDtype.FP32;
  }

  /** Packed if oneDNN serves linear layers of this dtype here; PyTorch's own serve the others. */
  private static LinearLayout layout(DecoderModule module, Device device, TorchDtype dtype) {
    if (device.isGpu()) {
      return LinearLayout.PLAIN;
    }
    try {
      module.run("probe_packed", IValue.from(dtype.code()));
      return LinearLayout.PACKED;
    } catch (CaudalException e) {
      LOG.info("oneDNN has no packed linear layers in {} here; plain ones are used", dtype, e);
      return LinearLayout.PLAIN;
    }
  }
}
