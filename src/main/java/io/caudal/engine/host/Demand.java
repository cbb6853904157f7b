package io.caudal.engine.host;

import io.caudal.config.EngineSettings;
import io.caudal.config.KvSettings;
import io.caudal.config.ModelSettings;

/**
 * What a device must have memory for: two engines that differ in nothing else need as much.
 *
 * @param model on its device
 */
record Demand(ModelSettings model, int stepLoops, int maxBatch, int tokenBudget, int deviceTokens) {

  static Demand of(ModelSettings model, EngineSettings engine, KvSettings kv) {
    return new Demand(
        model, engine.stepLoops(), engine.maxBatch(), engine.tokenBudget(), kv.deviceTokens());
  }

  Demand on(String device) {
    return new Demand(model.on(device), stepLoops, maxBatch, tokenBudget, deviceTokens);
  }

  String device() {
    return model.device();
  }
}
