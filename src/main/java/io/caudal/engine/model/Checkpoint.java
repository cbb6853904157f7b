package io.caudal.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A model folder's weights by name: one {@code model.safetensors}, or the shards that {@code
 * model.safetensors.index.json} lists.
 */
public final class Checkpoint implements AutoCloseable {
  /** A buffer holds less than 2 GiB, so larger tensors come in slices of whole rows. */
  private static final long MAX_SLICE_BYTES = 1L << 30;

  private final Path folder;
  private final List<SafetensorsFile> files = new ArrayList<>();
  private final Map<String, SafetensorsFile> fileOf = new HashMap<>();

  private Checkpoint(Path folder) {
    this.folder = folder;
  }

  /**
   * @throws CaudalException {@code MODEL_NOT_FOUND} or {@code MODEL_DAMAGED}
   */
  public static Checkpoint open(Path folder) {
    Checkpoint checkpoint = new Checkpoint(folder);
    try {
      checkpoint.openFiles();
      return checkpoint;
    } catch (CaudalException e) {
      checkpoint.close();
      throw e;
    }
  }

  private void openFiles() {
    Path single = folder.resolve("model.safetensors");
    Path index = folder.resolve("model.safetensors.index.json");
    if (Files.exists(single)) {
      SafetensorsFile file = add(single);
      file.tensors().keySet().forEach(name -> fileOf.put(name, file));
    } else if (Files.exists(index)) {
      openShards(JsonFile.read(index));
    } else {
      throw new CaudalException(
          ErrorCode.MODEL_NOT_FOUND,
          "neither model.safetensors nor model.safetensors.index.json in " + folder);
    }
  }

  private void openShards(JsonFile index) {
    Map<String, SafetensorsFile> shards = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : index.root().path("weight_map").properties()) {
      String shard = field.getValue().asText("");
      if (!shard.matches("[\\w.-]+\\.safetensors")) {
        throw index.damaged("weight_map", "a map from tensors to files of this folder");
      }
      SafetensorsFile file = shards.computeIfAbsent(shard, name -> add(folder.resolve(name)));
      fileOf.put(file.entry(field.getKey()).name(), file);
    }
    if (shards.isEmpty()) {
      throw index.damaged("weight_map", "a map from tensors to files");
    }
  }

  private SafetensorsFile add(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new CaudalException(ErrorCode.MODEL_NOT_FOUND, "no file " + path);
    }
    SafetensorsFile file = SafetensorsFile.open(path);
    files.add(file);
    return file;
  }

  /** Every tensor, in the order of names. */
  public SortedSet<String> names() {
    return new TreeSet<>(fileOf.keySet());
  }

  TensorEntry entry(String name) {
    return fileOf(name).entry(name);
  }

  ByteBuffer map(String name, long offset, long bytes) {
    return fileOf(name).map(entry(name).begin() + offset, bytes);
  }

  /**
   * A tensor in slices of whole rows, each at most 1 GiB (or one row).
   *
   * @param shape what the configuration says it must be
   * @throws CaudalException {@code MODEL_DAMAGED} if it is missing or of another shape, {@code
   *     MODEL_UNSUPPORTED} for a dtype that is not in {@link WeightDtype}
   */
  public List<Weight> read(String name, List<Long> shape) {
    TensorEntry entry = entry(name);
    if (!entry.shape().equals(shape)) {
      throw new CaudalException(
          ErrorCode.MODEL_DAMAGED,
          String.format(
              "%s: tensor %s is %s, config.json says %s",
              fileOf(name).path(), name, entry.shape(), shape));
    }
    WeightDtype dtype = dtype(entry);
    long rowBytes = entry.bytes() / entry.rows();
    long step = Math.max(1, MAX_SLICE_BYTES / rowBytes);
    List<Weight> slices = new ArrayList<>();
    for (long row = 0; row < entry.rows(); row += step) {
      long rows = Math.min(step, entry.rows() - row);
      List<Long> sliceShape = new ArrayList<>(shape);
      sliceShape.set(0, rows);
      slices.add(new Weight(dtype, sliceShape, map(name, row * rowBytes, rows * rowBytes)));
    }
    return slices;
  }

  private WeightDtype dtype(TensorEntry entry) {
    for (WeightDtype dtype : WeightDtype.values()) {
      if (dtype.name().equals(entry.dtype())) {
        return dtype;
      }
    }
    throw new CaudalException(
        ErrorCode.MODEL_UNSUPPORTED,
        String.format(
            "%s: tensor %s is %s; only F32, F16 and BF16 can be read",
            fileOf(entry.name()).path(), entry.name(), entry.dtype()));
  }

  private SafetensorsFile fileOf(String name) {
    SafetensorsFile file = fileOf.get(name);
    if (file == null) {
      throw new CaudalException(ErrorCode.MODEL_DAMAGED, folder + ": no tensor " + name);
    }
    return file;
  }

  @Override
  public void close() {
    files.forEach(SafetensorsFile::close);
  }
}
