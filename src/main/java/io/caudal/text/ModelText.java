package io.caudal.text;

import com.dynatrace.hash4j.hashing.Hashing;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The text side of a model folder. Immutable and safe for use by any thread.
 *
 * @param fingerprint hash of {@code tokenizer.json}: ids of another mean other text
 */
public record ModelText(Tokenizer tokenizer, PromptBuilder prompts, long fingerprint) {

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
        tokenizer,
        new PromptBuilder(tokenizer, TokenizerConfig.read(folder).chatTemplate()),
        fingerprint(folder.resolve("tokenizer.json")));
  }

  private static long fingerprint(Path file) {
    try {
      return Hashing.xxh3_64().hashBytesToLong(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new CaudalException(
          ErrorCode.MODEL_DAMAGED, file + " can't be read: " + e.getMessage(), e);
    }
  }
}
