package io.caudal.engine.host;

import io.caudal.config.ModelSettings;
import io.caudal.engine.Chunk;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelInfo;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.Prediction;
import io.caudal.engine.torch.TorchModelFactory;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * GPUs on a machine that has none, until closed: the model computes on the CPU and is out of memory
 * where the script says so. {@link BreakableModelFactory} asks it.
 */
public final class ScriptedGpus implements AutoCloseable {
  private static volatile @Nullable ScriptedGpus installed;

  private final int count;
  private final Map<String, Integer> memory = new ConcurrentHashMap<>();
  private final List<String> loaded = new CopyOnWriteArrayList<>();

  private ScriptedGpus(int count) {
    this.count = count;
  }

  public static ScriptedGpus install(int count) {
    ScriptedGpus gpus = new ScriptedGpus(count);
    installed = gpus;
    return gpus;
  }

  static @Nullable ScriptedGpus installed() {
    return installed;
  }

  /**
   * A loop on the device has memory for KV of so many tokens, those of the step counted twice; from
   * now on. With 0 not even the weights can be loaded.
   */
  public void setMemory(String device, int tokens) {
    memory.put(device, tokens);
  }

  /** Devices that a model was loaded onto, in that order; the CPU too. */
  public List<String> loaded() {
    return List.copyOf(loaded);
  }

  int count() {
    return count;
  }

  LoadedModel load(ModelSettings settings) {
    String device = settings.device();
    if (device.startsWith("cuda:") && Integer.parseInt(device.substring(5)) >= count) {
      throw new CaudalException(ErrorCode.DEVICE_UNAVAILABLE, device + " of " + count);
    }
    loaded.add(device);
    if (tokens(device) == 0) {
      throw new CaudalException(ErrorCode.OUT_OF_MEMORY, "no memory for the weights");
    }
    return new Model(new TorchModelFactory().load(settings.on("cpu")), device, this);
  }

  private int tokens(String device) {
    return memory.getOrDefault(device, Integer.MAX_VALUE);
  }

  @Override
  public void close() {
    installed = null;
  }

  private record Model(LoadedModel real, String device, ScriptedGpus gpus) implements LoadedModel {
    @Override
    public ModelInfo model() {
      return real.model();
    }

    @Override
    public int defaultStepLoops() {
      return 1;
    }

    @Override
    public ModelRunner newRunner(int slots) {
      return new Runner(real.newRunner(slots), device, gpus, new HashMap<>());
    }

    @Override
    public void close() {
      real.close();
    }
  }

  /**
   * @param held tokens of KV in each slot
   */
  private record Runner(
      ModelRunner real, String device, ScriptedGpus gpus, Map<Integer, Integer> held)
      implements ModelRunner {
    @Override
    public ModelInfo model() {
      return real.model();
    }

    @Override
    public int slots() {
      return real.slots();
    }

    @Override
    public void reserve(int slot, int capacityTokens) {
      real.reserve(slot, capacityTokens);
    }

    @Override
    public void prepare(int slot) {
      real.prepare(slot);
    }

    @Override
    public void release(int slot) {
      held.remove(slot);
      real.release(slot);
    }

    @Override
    public void importKv(int slot, int firstToken, int tokens, List<ByteBuffer> blocks) {
      hold(Map.of(slot, firstToken + blocks.size() * tokens), 0);
      real.importKv(slot, firstToken, tokens, blocks);
    }

    @Override
    public ByteBuffer exportKv(int slot, int firstToken, int tokens) {
      return real.exportKv(slot, firstToken, tokens);
    }

    @Override
    public List<Prediction> forward(List<Chunk> chunks) {
      Map<Integer, Integer> more = new HashMap<>();
      int step = 0;
      for (Chunk chunk : chunks) {
        more.put(chunk.slot(), chunk.firstPosition() + chunk.tokens().length);
        step += chunk.tokens().length;
      }
      hold(more, step);
      return real.forward(chunks);
    }

    private void hold(Map<Integer, Integer> more, int step) {
      Map<Integer, Integer> all = new HashMap<>(held);
      more.forEach((slot, tokens) -> all.merge(slot, tokens, Math::max));
      int wanted = step + all.values().stream().mapToInt(Integer::intValue).sum();
      if (wanted > gpus.tokens(device)) {
        throw new CaudalException(
            ErrorCode.OUT_OF_MEMORY,
            device + " has memory for " + gpus.tokens(device) + " tokens, not for " + wanted);
      }
      held.putAll(all);
    }

    @Override
    public void rest() {
      real.rest();
    }

    @Override
    public void close() {
      real.close();
    }
  }
}
