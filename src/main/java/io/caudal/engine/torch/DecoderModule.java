package io.caudal.engine.torch;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * One compiled object of {@code torch/decoder.py}. Not thread-safe. Each call is one native call;
 * nothing native is left behind by it.
 */
final class DecoderModule implements AutoCloseable {
  private static final byte[] ARCHIVE = ScriptArchive.ofResource("/torch/decoder.py");

  private final Model model;
  private final Device device;
  private final PtSymbolBlock block;
  private ByteBuffer staging = ByteBuffer.allocateDirect(0);

  private DecoderModule(Model model, Device device) {
    this.model = model;
    this.device = device;
    this.block = (PtSymbolBlock) model.getBlock();
  }

  static DecoderModule compile(Device device) {
    TorchRuntime.prepareThread();
    Model model = Model.newInstance("decoder", device, "PyTorch");
    try {
      model.load(new ByteArrayInputStream(ARCHIVE));
      return new DecoderModule(model, device);
    } catch (EngineException e) {
      model.close();
      throw failed("compilation", device, e);
    } catch (IOException | MalformedModelException e) {
      model.close();
      throw new CaudalException(
          ErrorCode.ENGINE_FAILED, "PyTorch refuses the decoder: " + e.getMessage(), e);
    }
  }

  /** Calls a method for its effect and closes the arguments. */
  void run(String method, IValue... arguments) {
    call(method, arguments).close();
  }

  /** Calls a method and closes the arguments; the result is the caller's to close. */
  IValue call(String method, IValue... arguments) {
    TorchRuntime.prepareThread();
    try {
      return IValueUtils.runMethod(block, method, arguments);
    } catch (EngineException e) {
      throw failed(method, device, e);
    } finally {
      for (IValue argument : arguments) {
        argument.close();
      }
    }
  }

  /** Calls a method that takes a tensor of bytes as its last argument. */
  void runWithBytes(String method, ByteBuffer bytes, IValue... arguments) {
    try (PtNDManager scope = scope()) {
      ByteBuffer data = bytes.slice();
      PtNDArray tensor = scope.create(data, new Shape(data.remaining()), DataType.UINT8);
      IValue[] all = new IValue[arguments.length + 1];
      System.arraycopy(arguments, 0, all, 0, arguments.length);
      all[arguments.length] = IValue.from(tensor);
      run(method, all);
    } catch (EngineException e) {
      throw failed(method, device, e);
    }
  }

  /**
   * All bytes in memory that the next call uses again: DJL would take new memory for what is on the
   * heap, with a page fault every 4 KiB.
   */
  ByteBuffer joined(List<ByteBuffer> bytes) {
    int size = bytes.stream().mapToInt(ByteBuffer::remaining).sum();
    if (staging.capacity() < size) {
      staging = ByteBuffer.allocateDirect(size);
    }
    staging.clear();
    bytes.forEach(one -> staging.put(one.duplicate()));
    return staging.flip();
  }

  /** Calls a method that returns tensors and reads them before their memory is freed. */
  <T> T callForTensors(String method, Function<PtNDArray[], T> reader, IValue... arguments) {
    try (IValue result = call(method, arguments);
        PtNDManager scope = scope()) {
      return reader.apply(result.toTensorArray(scope));
    } catch (EngineException e) {
      throw failed(method, device, e);
    }
  }

  /** Calls a method that returns a tensor and reads it before its memory is freed. */
  <T> T callForTensor(String method, Function<PtNDArray, T> reader, IValue... arguments) {
    try (IValue result = call(method, arguments);
        PtNDManager scope = scope()) {
      return reader.apply(result.toTensor(scope));
    } catch (EngineException e) {
      throw failed(method, device, e);
    }
  }

  private PtNDManager scope() {
    return (PtNDManager) model.getNDManager().newSubManager();
  }

  private static CaudalException failed(String method, Device device, EngineException e) {
    if (!isOutOfMemory(e)) {
      return new CaudalException(
          ErrorCode.ENGINE_FAILED, "the decoder's " + method + " failed: " + e.getMessage(), e);
    }
    // PyTorch keeps what was freed, and cuBLAS can't take it from there.
    if (device.isGpu()) {
      JniUtils.emptyCudaCache();
    }
    return new CaudalException(
        ErrorCode.OUT_OF_MEMORY,
        "PyTorch is out of memory; lower kv.device.tokens or engine.token-budget: "
            + String.valueOf(e.getMessage()).lines().reduce("", (first, last) -> last),
        e);
  }

  /**
   * Whether the device or the host has no memory left, in PyTorch's words or those of a library.
   */
  static boolean isOutOfMemory(EngineException e) {
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return Stream.of("out of memory", "allocate memory", "_status_alloc_failed")
        .anyMatch(message::contains);
  }

  @Override
  public void close() {
    block.close();
    model.close();
  }
}
