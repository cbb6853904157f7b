package io.caudal.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.kv.KvDtype;
import io.caudal.kv.KvShape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointTest {
  private final Path folder;

  CheckpointTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void tensors_of_one_file() throws IOException {
    writer().write(folder.resolve("model.safetensors"));
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.names()).containsExactly("a", "b");
      Weight a = checkpoint.read("a", List.of(2L, 3L)).get(0);
      assertThat(a.dtype()).isEqualTo(WeightDtype.F32);
      float[] numbers = new float[6];
      a.data().asFloatBuffer().get(numbers);
      assertThat(numbers).containsExactly(1, 2, 3, 4, 5, 6);
      Weight b = checkpoint.read("b", List.of(2L)).get(0);
      assertThat(b.dtype()).isEqualTo(WeightDtype.BF16);
      assertThat(b.data().remaining()).isEqualTo(4);
    }
  }

  @Test
  void tensors_of_shards() throws IOException {
    new SafetensorsWriter().add("a", new float[] {1}, 1).write(folder.resolve("m-1.safetensors"));
    new SafetensorsWriter().add("b", new float[] {2}, 1).write(folder.resolve("m-2.safetensors"));
    index("{\"a\": \"m-1.safetensors\", \"b\": \"m-2.safetensors\"}");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.read("b", List.of(1L)).get(0).data().getFloat()).isEqualTo(2);
    }
  }

  @Test
  void a_file_over_two_gibibytes_is_read_in_slices_of_rows() throws IOException {
    long rows = 600_000;
    long columns = 1024;
    long bytes = rows * columns * 4;
    String header =
        String.format(
            "{\"large\":{\"dtype\":\"F32\",\"shape\":[%d,%d],\"data_offsets\":[0,%d]},"
                + "\"last\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}}",
            rows, columns, bytes, bytes, bytes + 4);
    ByteBuffer head = ByteBuffer.allocate(8 + header.length()).order(ByteOrder.LITTLE_ENDIAN);
    head.putLong(header.length()).put(header.getBytes(StandardCharsets.US_ASCII)).flip();
    // Sparse: the file takes a few blocks of disk.
    try (FileChannel file =
        FileChannel.open(
            folder.resolve("model.safetensors"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.WRITE)) {
      long start = head.remaining();
      file.write(head, 0);
      file.write(number(7), start + (rows - 1) * columns * 4);
      file.write(number(42), start + bytes);
    }

    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      List<Weight> slices = checkpoint.read("large", List.of(rows, columns));
      assertThat(bytes).isGreaterThan(Integer.MAX_VALUE);
      assertThat(slices).hasSizeGreaterThan(1);
      assertThat(slices.stream().mapToLong(slice -> slice.shape().get(0)).sum()).isEqualTo(rows);
      Weight tail = slices.get(slices.size() - 1);
      int firstOfLastRow = Math.toIntExact((tail.shape().get(0) - 1) * columns * 4);
      assertThat(tail.data().getFloat(firstOfLastRow)).isEqualTo(7);
      assertThat(checkpoint.read("last", List.of(1L)).get(0).data().getFloat()).isEqualTo(42);
    }
  }

  private static ByteBuffer number(float value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).flip();
  }

  @Test
  void a_shard_that_is_missing_or_elsewhere() throws IOException {
    index("{\"a\": \"m-1.safetensors\"}");
    assertRefused(ErrorCode.MODEL_NOT_FOUND, "m-1.safetensors");
    index("{\"a\": \"../m-1.safetensors\"}");
    assertRefused(ErrorCode.MODEL_DAMAGED, "weight_map");
    new SafetensorsWriter().add("b", new float[] {2}, 1).write(folder.resolve("m-1.safetensors"));
    index("{\"a\": \"m-1.safetensors\"}");
    assertRefused(ErrorCode.MODEL_DAMAGED, "no tensor a");
  }

  @Test
  void a_folder_without_weights() {
    assertRefused(ErrorCode.MODEL_NOT_FOUND, "model.safetensors");
  }

  @Test
  void a_tensor_of_another_shape_or_dtype() throws IOException {
    writer().add("c", "I8", new byte[2], 2).write(folder.resolve("model.safetensors"));
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertRefused(() -> checkpoint.read("a", List.of(3L, 2L)), ErrorCode.MODEL_DAMAGED, "[2, 3]");
      assertRefused(() -> checkpoint.read("d", List.of(1L)), ErrorCode.MODEL_DAMAGED, "d");
      assertRefused(() -> checkpoint.read("c", List.of(2L)), ErrorCode.MODEL_UNSUPPORTED, "I8");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,12]}}   | of 11 bytes
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}    | lies at
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}   | data_offsets
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}      | data_offsets
          {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}    | takes 8 bytes
          {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}   | shape
          {"a":{"dtype":"F32","data_offsets":[0,4]}}                | shape
          {"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}} | shape
          {"a":{"dtype":"Q7","shape":[2],"data_offsets":[0,8]}}     | Q7
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[2,10]}} | overlaps
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | Duplicate
          {"a":                                                     | header
          []                                                        | JSON object
          """)
  void damaged_headers(String header, String named) throws IOException {
    SafetensorsWriter.write(folder.resolve("model.safetensors"), header, new byte[11]);
    assertRefused(ErrorCode.MODEL_DAMAGED, named);
  }

  @Test
  void files_that_are_cut() throws IOException {
    Path file = folder.resolve("model.safetensors");
    writer().write(file);
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 7, 8, 40, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Checkpoint.open(folder).close())
          .as("%d bytes", length)
          .isInstanceOfSatisfying(
              CaudalException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_DAMAGED));
    }
  }

  @Test
  void fingerprints_differ_by_weights_and_by_dtype_of_kv() throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"architectures": ["LlamaForCausalLM"], "hidden_size": 4, "num_hidden_layers": 1,
         "num_attention_heads": 2, "intermediate_size": 4, "vocab_size": 5,
         "max_position_embeddings": 8}
        """);
    KvShape fp32 = new KvShape(1, 2, 2, KvDtype.FP32);
    writer().write(folder.resolve("model.safetensors"));
    long first = fingerprint(fp32);
    assertThat(fingerprint(fp32)).isEqualTo(first);
    assertThat(fingerprint(new KvShape(1, 2, 2, KvDtype.BF16))).isNotEqualTo(first);
    writer().add("c", new float[] {1}, 1).write(folder.resolve("model.safetensors"));
    assertThat(fingerprint(fp32)).isNotEqualTo(first);
  }

  private long fingerprint(KvShape kv) {
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      return Fingerprint.of(ModelConfig.read(folder), checkpoint, kv);
    }
  }

  private static SafetensorsWriter writer() {
    return new SafetensorsWriter()
        .add("a", new float[] {1, 2, 3, 4, 5, 6}, 2, 3)
        .add("b", "BF16", new byte[] {0, 1, 2, 3}, 2);
  }

  private void index(String weightMap) throws IOException {
    Files.writeString(
        folder.resolve("model.safetensors.index.json"), "{\"weight_map\": " + weightMap + "}");
  }

  private void assertRefused(ErrorCode code, String named) {
    assertRefused(() -> Checkpoint.open(folder).close(), code, named);
  }

  private static void assertRefused(Runnable call, ErrorCode code, String named) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(CaudalException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(named);
  }
}
