package io.caudal.engine.torch;

import ai.djl.Device;
import io.caudal.config.ModelSettings;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelInfo;
import io.caudal.engine.ModelRunnerFactory;
import io.caudal.engine.model.Checkpoint;
import io.caudal.engine.model.Fingerprint;
import io.caudal.engine.model.ModelConfig;
import io.caudal.engine.model.ModelFolder;
import io.caudal.kv.KvShape;
import java.nio.file.Path;
import java.util.function.BiFunction;

/** Loads Hugging Face folders into PyTorch. */
public final class TorchModelFactory implements ModelRunnerFactory {
  @Override
  public int gpus() {
    return TorchRuntime.gpus();
  }

  @Override
  public LoadedModel load(ModelSettings settings) {
    return load(settings, (device, module) -> Computation.choose(settings, device, module));
  }

  LoadedModel load(ModelSettings settings, BiFunction<Device, DecoderModule, Computation> choice) {
    Path folder = ModelFolder.resolve(settings.path());
    ModelConfig config = ModelConfig.read(folder);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      Device device = TorchRuntime.device(settings.device());
      DecoderModule module = DecoderModule.compile(device);
      try {
        Computation computation = choice.apply(device, module);
        KvShape kv =
            new KvShape(
                config.layers(), config.kvHeads(), config.headDim(), computation.dtype().kv());
        ModelInfo info =
            new ModelInfo(
                ModelFolder.name(settings),
                Fingerprint.of(config, checkpoint, kv),
                config.contextTokens(),
                config.vocabulary(),
                config.stopIds(),
                kv);
        int cpuCores =
            settings.cpus().isEmpty()
                ? Runtime.getRuntime().availableProcessors()
                : settings.cpus().size();
        TorchModel model = new TorchModel(module, config, info, device, computation, cpuCores);
        model.configure(module);
        new WeightLoader(module, checkpoint, config).load();
        return model;
      } catch (RuntimeException e) {
        module.close();
        throw e;
      }
    }
  }
}
