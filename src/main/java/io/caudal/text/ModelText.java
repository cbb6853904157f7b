package io.caudal.text;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;

/** The text side of a model folder. Immutable and safe for use by any thread. */
public record ModelText(Tokenizer tokenizer, PromptBuilder prompts) {

  /**
   * Reads {@code tokenizer.json} and, where they are there, {@code tokenizer_config.json} and the
   * chat template.
   *
   * @throws CaudalException {@code MODEL_NOT_FOUND} or {@code MODEL_DAMAGED}
   */
  public static ModelText load(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new CaudalException(
          ErrorCode.MODEL_NOT_FOUND, folder + " is not a folder: change `model.path`");
    }
    Tokenizer tokenizer = HfTokenizer.load(folder);
    return new ModelText(
        tokenizer, new PromptBuilder(tokenizer, TokenizerConfig.read(folder).chatTemplate()));
  }
}
