package io.caudal.engine.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;

/**
 * PyTorch in this process, set up for step loops: DJL never downloads, the graph optimizer is off
 * (it compiles anew for each shape), and an operation uses one thread unless told otherwise,
 * because loops that share the weights use cores better than operations that split. A property that
 * is set already is kept.
 *
 * <p>Set {@code OMP_WAIT_POLICY=PASSIVE} in the environment: OpenMP's spinning threads starve the
 * other loops.
 */
final class TorchRuntime {
  private static final String THREADS = "ai.djl.pytorch.num_threads";

  /** Threads that an operation of this thread uses; both settings are per thread in PyTorch. */
  private static final ThreadLocal<Integer> SPLIT =
      ThreadLocal.withInitial(
          () -> {
            JniUtils.setGraphExecutorOptimize(false);
            int threads = Integer.getInteger(THREADS, 1);
            JniUtils.setNumThreads(threads);
            return threads;
          });

  private TorchRuntime() {}

  /**
   * @throws CaudalException {@code DEVICE_UNAVAILABLE} if PyTorch can't be loaded
   */
  static Engine engine() {
    setDefault("ai.djl.offline", "true");
    setDefault("ai.djl.pytorch.graph_optimizer", "false");
    setDefault("ai.djl.pytorch.num_interop_threads", "1");
    setDefault(THREADS, "1");
    try {
      return Engine.getEngine("PyTorch");
    } catch (RuntimeException | LinkageError e) {
      throw new CaudalException(
          ErrorCode.DEVICE_UNAVAILABLE,
          "PyTorch's native library can't be loaded on this machine: " + e.getMessage(),
          e);
    }
  }

  /** Prepares the calling thread; cheap to repeat. */
  static void prepareThread() {
    SPLIT.get();
  }

  /** Has the calling thread's operations use so many threads, or more if the property says so. */
  static void splitOver(int threads) {
    int wanted = Math.max(threads, Integer.getInteger(THREADS, 1));
    if (SPLIT.get() != wanted) {
      JniUtils.setNumThreads(wanted);
      SPLIT.set(wanted);
    }
  }

  /** GPUs that PyTorch sees; none without its CUDA libraries. */
  static int gpus() {
    return engine().getGpuCount();
  }

  /**
   * @param name {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}; where any GPU will do it
   *     is the first
   * @throws CaudalException {@code DEVICE_UNAVAILABLE} for a GPU that PyTorch doesn't see
   */
  static Device device(String name) {
    int gpus = gpus();
    if (name.equals("cpu") || (name.equals("auto") && gpus == 0)) {
      return Device.cpu();
    }
    int colon = name.indexOf(':');
    int index = colon < 0 ? 0 : Integer.parseInt(name.substring(colon + 1));
    if (index >= gpus) {
      throw new CaudalException(
          ErrorCode.DEVICE_UNAVAILABLE,
          String.format(
              "model.device is %s, but PyTorch sees %s here; set it to cpu or auto, or put"
                  + " PyTorch's CUDA libraries (pytorch-native-cu*) on the class path",
              name, gpus == 0 ? "no GPU" : "only cuda:0 to cuda:" + (gpus - 1)));
    }
    return Device.gpu(index);
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
