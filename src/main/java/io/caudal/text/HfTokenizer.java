package io.caudal.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Hugging Face's own tokenizer library, over DJL. Encoding and decoding share no mutable state, so
 * any thread may call; the native memory lives as long as the process.
 */
public final class HfTokenizer implements Tokenizer {
  static final String FILE = "tokenizer.json";

  static {
    // DJL reports its use from cloud machines, and fetches a CUDA build where it sees a GPU; a job
    // must do neither by itself. Whoever set one of these keeps it.
    setUnlessGiven("OPT_OUT_TRACKING", "true");
    setUnlessGiven("RUST_FLAVOR", "cpu");
  }

  private final HuggingFaceTokenizer tokenizer;
  private final Vocabulary vocabulary;

  private HfTokenizer(HuggingFaceTokenizer tokenizer, Vocabulary vocabulary) {
    this.tokenizer = tokenizer;
    this.vocabulary = vocabulary;
  }

  /**
   * Loads {@code tokenizer.json} of a model folder.
   *
   * @throws CaudalException {@code MODEL_NOT_FOUND} without the file, {@code MODEL_DAMAGED} when it
   *     can't be read
   */
  public static HfTokenizer load(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw new CaudalException(
          ErrorCode.MODEL_NOT_FOUND,
          "no " + FILE + " in " + folder + ": `model.path` must be a Hugging Face model folder");
    }
    Vocabulary vocabulary = Vocabulary.read(file);
    try (InputStream in = Files.newInputStream(file)) {
      return new HfTokenizer(
          HuggingFaceTokenizer.newInstance(in, Map.of("truncation", "false", "padding", "false")),
          vocabulary);
    } catch (IOException | RuntimeException e) {
      throw new CaudalException(
          ErrorCode.MODEL_DAMAGED, file + " can't be read: " + e.getMessage(), e);
    }
  }

  @Override
  public int[] encode(String text, boolean addSpecialTokens) {
    long[] ids = tokenizer.encode(text, addSpecialTokens, false).getIds();
    int[] narrow = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      narrow[i] = Math.toIntExact(ids[i]);
    }
    return narrow;
  }

  @Override
  public String decode(int[] ids, int from, int to) {
    long[] wide = new long[to - from];
    for (int i = from; i < to; i++) {
      wide[i - from] = ids[i];
    }
    return tokenizer.decode(wide, true);
  }

  @Override
  public int vocabularySize() {
    return vocabulary.size();
  }

  @Override
  public byte @Nullable [] bytes(int id) {
    return vocabulary.bytes(id);
  }

  @Override
  public boolean isSpecial(int id) {
    return vocabulary.isSpecial(id);
  }

  private static void setUnlessGiven(String name, String value) {
    if (System.getenv(name) == null && System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }
}
