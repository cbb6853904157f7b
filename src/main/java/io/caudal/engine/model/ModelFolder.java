package io.caudal.engine.model;

import com.dynatrace.hash4j.hashing.HashStream64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.caudal.config.ModelSettings;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds a model's folder. The bundled model is unpacked once per user and version into {@code
 * java.io.tmpdir}, named by its content, and used by every later process.
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
      Path parent = Path.of(System.getProperty("java.io.tmpdir"));
      try {
        Map<String, byte[]> contents = contents();
        Path folder = parent.resolve("caudal-demo-" + hash(contents));
        if (!isWhole(folder, contents)) {
          Path staging = Files.createTempDirectory(parent, "caudal-demo-");
          for (Map.Entry<String, byte[]> file : contents.entrySet()) {
            Files.write(staging.resolve(file.getKey()), file.getValue());
          }
          folder = publish(staging, folder, contents);
        }
        return folder;
      } catch (IOException e) {
        throw new CaudalException(
            ErrorCode.MODEL_NOT_FOUND, "can't unpack the bundled model in " + parent + ": " + e, e);
      }
    }

    /** Moves the folder in place; where another process was first, or a stranger, it stays. */
    private static Path publish(Path staging, Path folder, Map<String, byte[]> contents)
        throws IOException {
      try {
        return Files.move(staging, folder, StandardCopyOption.ATOMIC_MOVE);
      } catch (FileSystemException e) {
        return isWhole(folder, contents) ? folder : staging;
      }
    }

    private static boolean isWhole(Path folder, Map<String, byte[]> contents) throws IOException {
      for (Map.Entry<String, byte[]> file : contents.entrySet()) {
        Path path = folder.resolve(file.getKey());
        if (!Files.isRegularFile(path)
            || !Arrays.equals(Files.readAllBytes(path), file.getValue())) {
          return false;
        }
      }
      return true;
    }

    private static Map<String, byte[]> contents() throws IOException {
      Map<String, byte[]> contents = new LinkedHashMap<>();
      for (String file : FILES) {
        try (InputStream in = ModelFolder.class.getResourceAsStream(RESOURCES + file)) {
          if (in == null) {
            throw new IOException("not on the class path: " + RESOURCES + file);
          }
          contents.put(file, in.readAllBytes());
        }
      }
      return contents;
    }

    private static String hash(Map<String, byte[]> contents) {
      HashStream64 hash = Hashing.xxh3_64().hashStream();
      contents.forEach((name, bytes) -> hash.putString(name).putByteArray(bytes));
      return HexFormat.of().toHexDigits(hash.getAsLong());
    }
  }
}
