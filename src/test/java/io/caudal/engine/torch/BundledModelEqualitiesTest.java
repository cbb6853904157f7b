package io.caudal.engine.torch;

import io.caudal.config.ModelSettings;
import java.util.List;

class BundledModelEqualitiesTest extends FourEqualities {
  private static final String CHAT =
      "<|im_start|>user\nMy name is %s.<|im_end|>\n<|im_start|>assistant\nI will keep in mind that"
          + " your name is %<s.<|im_end|>\n<|im_start|>user\nWhat is my name?<|im_end|>\n"
          + "<|im_start|>assistant\n";

  @Override
  String model() {
    return ModelSettings.BUNDLED;
  }

  @Override
  List<String> prompts() {
    return List.of(
        String.format(CHAT, "Lucia"),
        String.format(CHAT, "Zorvek"),
        "Once there was a small model that had read very little, and so it answered with short and"
            + " plain words, whatever it was asked. It kept in mind what it was told.");
  }
}
