package io.caudal.engine.torch;

import ai.djl.Device;
import ai.djl.pytorch.jni.IValue;
import io.caudal.config.ModelSettings;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a decoder's numbers are, and how it holds its linear layers: what is asked for, as the
 * device does it best.
 *
 * @param dtype of all but linear weights: activations, KV, embedding
 */
record Computation(TorchDtype dtype, LinearLayout linears) {
  private static final Logger LOG = LoggerFactory.getLogger(Computation.class);

  /**
   * @param module any of the device's, to try what there is
   * @throws CaudalException {@code DEVICE_UNAVAILABLE} for int8 where it isn't exact and fast
   */
  static Computation choose(ModelSettings settings, Device device, DecoderModule module) {
    if (device.isGpu()) {
      return new Computation(onGpu(settings), LinearLayout.PLAIN);
    }
    return switch (settings.dtype()) {
      case AUTO ->
          CpuFeatures.computesBf16() ? bf16(settings, module) : fp16(module, TorchDtype.FP32);
      case FP32 -> packed(module, TorchDtype.FP32);
      case BF16 -> bf16(settings, module);
      case FP16 -> fp16(module, TorchDtype.FP16);
      case INT8 -> {
        if (!CpuFeatures.computesInt8()) {
          throw noInt8("a CPU without");
        }
        yield new Computation(
            CpuFeatures.computesBf16() ? TorchDtype.BF16 : TorchDtype.FP32, LinearLayout.INT8);
      }
    };
  }

  private static TorchDtype onGpu(ModelSettings settings) {
    return switch (settings.dtype()) {
      case AUTO, BF16 -> TorchDtype.BF16;
      case FP32 -> TorchDtype.FP32;
      case FP16 -> TorchDtype.FP16;
      case INT8 -> throw noInt8("a GPU");
    };
  }

  private static CaudalException noInt8(String device) {
    return new CaudalException(
        ErrorCode.DEVICE_UNAVAILABLE,
        "model.dtype is int8, which needs a CPU with VNNI (avx512_vnni or avx_vnni), and the device"
            + " here is "
            + device
            + "; set model.dtype to auto");
  }

  private static Computation bf16(ModelSettings settings, DecoderModule module) {
    Computation once = packed(module, TorchDtype.BF16);
    return once.linears == LinearLayout.PACKED && settings.fp16Copy() && hasFp16(module)
        ? new Computation(TorchDtype.BF16, LinearLayout.PACKED_TWICE)
        : once;
  }

  /**
   * Weights in fp16 and everything else in fp32, if FBGEMM is there: PyTorch's own products of fp16
   * are slow on a CPU, but for one row.
   *
   * @param otherwise what all is in without FBGEMM
   */
  private static Computation fp16(DecoderModule module, TorchDtype otherwise) {
    return hasFp16(module)
        ? new Computation(TorchDtype.FP32, LinearLayout.FP16)
        : packed(module, otherwise);
  }

  /** Packed if oneDNN serves linear layers of this dtype here; PyTorch's own serve the others. */
  private static Computation packed(DecoderModule module, TorchDtype dtype) {
    boolean served = serves(module, "probe_packed", IValue.from(dtype.code()));
    return new Computation(dtype, served ? LinearLayout.PACKED : LinearLayout.PLAIN);
  }

  private static boolean hasFp16(DecoderModule module) {
    return serves(module, "probe_fp16");
  }

  private static boolean serves(DecoderModule module, String probe, IValue... arguments) {
    try {
      module.run(probe, arguments);
      return true;
    } catch (CaudalException e) {
      LOG.info("not served on this machine, so done otherwise: {}", probe, e);
      return false;
    }
  }
}
