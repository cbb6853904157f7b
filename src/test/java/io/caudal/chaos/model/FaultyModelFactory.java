package io.caudal.chaos.model;

import io.caudal.config.ModelSettings;
import io.caudal.engine.Chunk;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelInfo;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.ModelRunnerFactory;
import io.caudal.engine.Prediction;
import io.caudal.engine.torch.TorchModelFactory;
import java.nio.ByteBuffer;
import java.util.List;

/** The real model, whose steps ask {@link StepFault} first. */
public final class FaultyModelFactory implements ModelRunnerFactory {

  @Override
  public int gpus() {
    return new TorchModelFactory().gpus();
  }

  @Override
  public LoadedModel load(ModelSettings settings) {
    return new FaultyModel(new TorchModelFactory().load(settings));
  }

  private record FaultyModel(LoadedModel real) implements LoadedModel {
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
      return new FaultyRunner(real.newRunner(slots));
    }

    @Override
    public void close() {
      real.close();
    }
  }

  private record FaultyRunner(ModelRunner real) implements ModelRunner {
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
      StepFault.strike(chunks.stream().anyMatch(chunk -> chunk.tokens().length > 1));
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
