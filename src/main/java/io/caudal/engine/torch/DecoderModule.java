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
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * One compiled object of {@code torch/decoder.py}. Not thread-safe. Each call is one native call;
 * nothing native is left behind by it.
 */
final class DecoderModule implements AutoCloseable {
  private static final byte[] ARCHIVE = ScriptArchive.ofResource("/torch/decoder.py");

  private final Model model;
  private final PtSymbolBlock block;
  private ByteBuffer staging = ByteBuffer.allocateDirect(0);

  private DecoderModule(Model model) {
    this.model = model;
    this.block = (PtSymbolBlock) model.getBlock();
  }

  static DecoderModule compile(Device device) {
    TorchRuntime.prepareThread();
    Model model = Model.newInstance("decoder", device, "PyTorch");
    try {
      model.load(new ByteArrayInputStream(ARCHIVE));
      return new DecoderModule(model);
    } catch (EngineException e) {
      model.close();
      throw translated("compilation", e);
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
      throw translated(method, e);
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
      throw translated(method, e);
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
      throw translated(method, e);
    }
  }

  /** Calls a method that returns a tensor and reads it before its memory is freed. */
  <T> T callForTensor(String method, Function<PtNDArray, T> reader, IValue... arguments) {
    try (IValue result = call(method, arguments);
        PtNDManager scope = scope()) {
      return reader.apply(result.toTensor(scope));
    } catch (EngineException e) {
      throw translated(method, e);
    }
  }

  private PtNDManager scope() {
    return (PtNDManager) model.getNDManager().newSubManager();
  }

  private static CaudalException translated(String method, EngineException e) {
    String message = String.valueOf(e.getMessage());
    String lower = message.toLowerCase(Locale.ROOT);
    if (lower.contains("out of memory") || lower.contains("allocate memory")) {
      return new CaudalException(
          ErrorCode.OUT_OF_MEMORY,
          "PyTorch is out of memory; lower kv.device.tokens or engine.token-budget: "
              + message.lines().reduce("", (first, last) -> last),
          e);
    }
    return new CaudalException(
        ErrorCode.ENGINE_FAILED, "the decoder's " + method + " failed: " + message, e);
  }

  @Override
  public void close() {
    block.close();
    model.close();
  }
}
