package io.caudal.engine.model;

import io.caudal.config.ModelSettings;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Finds a model's folder. The bundled model is unpacked into a temporary folder once a process, and
 * deleted at the process's end.
 */
public final class ModelFolder {
  private static final String RESOURCES = "/models/demo/";
  private static final List<String> FILES =
      List.of(
          "config.json",
          "generation_config.json",
          "model.safetensors",
          "tokenizer.json",
          "tokenizer_config.json");

  private ModelFolder() {}

  /**
   * @param path a folder, or {@link ModelSettings#BUNDLED}
   * @throws CaudalException {@code MODEL_NOT_FOUND}
   */
  public static Path resolve(String path) {
    if (path.equals(ModelSettings.BUNDLED)) {
      return Unpacked.FOLDER;
    }
    Path folder = Path.of(path);
    if (!Files.isDirectory(folder)) {
      throw new CaudalException(
          ErrorCode.MODEL_NOT_FOUND,
          String.format(
              "model.path: no folder %s on this machine; give a model folder or '%s'",
              folder.toAbsolutePath(), ModelSettings.BUNDLED));
    }
    return folder;
  }

  /** What requests may call the model: as configured, else the folder's name. */
  public static String name(ModelSettings settings) {
    if (!settings.name().isEmpty()) {
      return settings.name();
    }
    if (settings.path().equals(ModelSettings.BUNDLED)) {
      return ModelSettings.BUNDLED.substring(ModelSettings.BUNDLED.indexOf(':') + 1);
    }
    Path last = Path.of(settings.path()).toAbsolutePath().normalize().getFileName();
    return last == null ? settings.path() : last.toString();
  }

  /** Unpacks on first use; the class's initialization makes that once per process. */
  private static final class Unpacked {
    static final Path FOLDER = unpack();

    private static Path unpack() {
      try {
        Path folder = Files.createTempDirectory("caudal-demo-");
        // The last registered is deleted first: the folder when it is empty.
        folder.toFile().deleteOnExit();
        for (String file : FILES) {
          Path target = folder.resolve(file);
          target.toFile().deleteOnExit();
          copy(RESOURCES + file, target);
        }
        return folder;
      } catch (IOException e) {
        throw new CaudalException(
            ErrorCode.MODEL_NOT_FOUND,
            "can't unpack the bundled model in "
                + System.getProperty("java.io.tmpdir")
                + ": "
                + e.getMessage(),
            e);
      }
    }

    private static void copy(String resource, Path target) throws IOException {
      try (InputStream in = ModelFolder.class.getResourceAsStream(resource)) {
        if (in == null) {
          throw new IOException("not on the class path: " + resource);
        }
        Files.copy(in, target);
      }
    }
  }
}
