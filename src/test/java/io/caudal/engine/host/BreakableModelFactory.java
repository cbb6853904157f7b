package io.caudal.engine.host;

import io.caudal.config.ModelSettings;
import io.caudal.engine.Chunk;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelInfo;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.ModelRunnerFactory;
import io.caudal.engine.Prediction;
import io.caudal.engine.torch.TorchModelFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * The real model, on {@link ScriptedGpus} while there are any; with the name {@value #NAME}, one
 * whose every step with {@link #POISON} in it fails. Found before the real factory, because tests
 * come first on the class path.
 */
public final class BreakableModelFactory implements ModelRunnerFactory {
  public static final String NAME = "breakable";

  /** A token id that no text of the tests has. */
  public static final int POISON = 1023;

  @Override
  public int gpus() {
    ScriptedGpus gpus = ScriptedGpus.installed();
    return gpus == null ? new TorchModelFactory().gpus() : gpus.count();
  }

  @Override
  public LoadedModel load(ModelSettings settings) {
    ScriptedGpus gpus = ScriptedGpus.installed();
    if (gpus != null) {
      return gpus.load(settings);
    }
    LoadedModel real = new TorchModelFactory().load(settings);
    return NAME.equals(settings.name()) ? new BreakableModel(real) : real;
  }

  private record BreakableModel(LoadedModel real) implements LoadedModel {
    @Override
    public ModelInfo model() {
      return real.model();
    }

    @Override
    public String device() {
      return real.device();
    }

    @Override
    public int defaultStepLoops() {
      return real.defaultStepLoops();
    }

    @Override
    public ModelRunner newRunner(int slots) {
      return new BreakableRunner(real.newRunner(slots));
    }

    @Override
    public void close() {
      real.close();
    }
  }

  private record BreakableRunner(ModelRunner real) implements ModelRunner {
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
      real.release(slot);
    }

    @Override
    public void importKv(int slot, int firstToken, int tokens, List<ByteBuffer> blocks) {
      real.importKv(slot, firstToken, tokens, blocks);
    }

    @Override
    public ByteBuffer exportKv(int slot, int firstToken, int tokens) {
      return real.exportKv(slot, firstToken, tokens);
    }

    @Override
    public List<Prediction> forward(List<Chunk> chunks) {
      for (Chunk chunk : chunks) {
        if (Arrays.stream(chunk.tokens()).anyMatch(token -> token == POISON)) {
          throw new IllegalStateException("token " + POISON + " breaks the model");
        }
      }
      return real.forward(chunks);
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
