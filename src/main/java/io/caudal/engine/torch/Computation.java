package io.caudal.engine.torch;

import ai.djl.Device;
import ai.djl.pytorch.jni.IValue;
import io.caudal.config.Dtype;
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
    return device.isGpu()
        ? new Computation(onGpu(settings.dtype()), LinearLayout.PLAIN)
        : onCpu(settings, new ThisCpu(module));
  }

  /** What a CPU, and the libraries that came with PyTorch for it, are good at. */
  interface Cpu {
    boolean computesBf16();

    boolean computesInt8();

    /** Whether oneDNN has packed linear layers of this dtype. */
    boolean packs(TorchDtype dtype);

    /** Whether FBGEMM is there. */
    boolean hasFp16();
  }

  static Computation onCpu(ModelSettings settings, Cpu cpu) {
    TorchDtype fastest = cpu.computesBf16() ? TorchDtype.BF16 : TorchDtype.FP32;
    return switch (settings.dtype()) {
      case AUTO -> cpu.computesBf16() ? bf16(settings, cpu) : fp16(cpu, TorchDtype.FP32);
      case FP32 -> packed(cpu, TorchDtype.FP32);
      case BF16 -> bf16(settings, cpu);
      case FP16 -> fp16(cpu, TorchDtype.FP16);
      case INT8 -> {
        if (!cpu.computesInt8()) {
          throw noInt8("a CPU without");
        }
        yield new Computation(fastest, LinearLayout.INT8);
      }
    };
  }

  private static TorchDtype onGpu(Dtype dtype) {
    return switch (dtype) {
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

  private static Computation bf16(ModelSettings settings, Cpu cpu) {
    boolean twice = settings.fp16Copy() && cpu.packs(TorchDtype.BF16) && cpu.hasFp16();
    return twice
        ? new Computation(TorchDtype.BF16, LinearLayout.PACKED_TWICE)
        : packed(cpu, TorchDtype.BF16);
  }

  /**
   * Weights in fp16 and everything else in fp32, if FBGEMM is there: PyTorch's own products of fp16
   * are slow on a CPU, but for one row.
   *
   * @param otherwise what all is in without FBGEMM
   */
  private static Computation fp16(Cpu cpu, TorchDtype otherwise) {
    return cpu.hasFp16()
        ? new Computation(TorchDtype.FP32, LinearLayout.FP16)
        : packed(cpu, otherwise);
  }

  /** Packed if oneDNN serves linear layers of this dtype here; PyTorch's own serve the others. */
  private static Computation packed(Cpu cpu, TorchDtype dtype) {
    return new Computation(dtype, cpu.packs(dtype) ? LinearLayout.PACKED : LinearLayout.PLAIN);
  }

  /** The one that runs this. */
  private record ThisCpu(DecoderModule module) implements Cpu {
    @Override
    public boolean computesBf16() {
      return CpuFeatures.computesBf16();
    }

    @Override
    public boolean computesInt8() {
      return CpuFeatures.computesInt8();
    }

    @Override
    public boolean packs(TorchDtype dtype) {
      return serves("probe_packed", IValue.from(dtype.code()));
    }

    @Override
    public boolean hasFp16() {
      return serves("probe_fp16");
    }

    private boolean serves(String probe, IValue... arguments) {
      try {
        module.run(probe, arguments);
        return true;
      } catch (CaudalException e) {
        LOG.info("not served on this machine, so done otherwise: {}", probe, e);
        return false;
      }
    }
  }
}
