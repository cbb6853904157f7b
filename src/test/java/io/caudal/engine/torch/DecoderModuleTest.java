package io.caudal.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecoderModuleTest {
  private static final int VOCABULARY = 1000;

  /** The last number there is: it chooses the last candidate. */
  private static final long LAST = (1L << 53) - 1;

  private static DecoderModule decoder;

  /** As PyTorch's allocators and NVIDIA's libraries say it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 139.80 GiB | true
          CUDA error: out of memory | true
          DefaultCPUAllocator: can't allocate memory: you tried to allocate 4096 bytes | true
          CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)` | true
          cuDNN error: CUDNN_STATUS_ALLOC_FAILED | true
          CUDA error: an illegal memory access was encountered | false
          """)
  void a_lack_of_memory_is_told_from_other_failures(String message, boolean lack) {
    assertThat(DecoderModule.isOutOfMemory(new EngineException(message))).isEqualTo(lack);
  }

  private static double[] last(double temperature, int topK, double topP, double minP) {
    return new double[] {temperature, topK, topP, minP};
  }

  @BeforeAll
  static void start() {
    assertThat(TorchRuntime.engine()).isNotNull();
    decoder = DecoderModule.compile(Device.cpu());
  }

  @AfterAll
  static void end() {
    decoder.close();
  }

  @Test
  void all_may_be_drawn_by_the_last_number() {
    float[] logits = new float[VOCABULARY];
    Arrays.fill(logits, 500, VOCABULARY, Float.NEGATIVE_INFINITY);
    assertThat(drawn(logits, last(1, 0, 1, 0.5))).as("not what has no weight").containsExactly(499);
  }

  @Test
  void of_equal_ones_the_lowest_ids_can_be_drawn() {
    float[] equal = new float[VOCABULARY];
    assertThat(drawn(equal, last(1, 250, 1, 0))).containsExactly(249);
    assertThat(drawn(equal, last(1, 300, 1, 0))).containsExactly(299);
    assertThat(drawn(equal, last(1, 300, 0.9, 0))).containsExactly(269);
    assertThat(drawn(equal, last(1, 0, 0.5, 0))).containsExactly(499);
    assertThat(drawn(equal, last(1, 0, 1, 0.5))).containsExactly(999);
  }

  @Test
  void what_is_drawn_for_one_row_does_not_depend_on_the_others() {
    float[] equal = new float[VOCABULARY];
    double[][] all = {
      last(1, 250, 1, 0),
      last(1, 0, 0.5, 0),
      last(1, 300, 0.9, 0),
      last(1, 3, 1, 0),
      last(1, 0, 1, 0.5)
    };
    assertThat(drawn(equal, all)).containsExactly(249, 499, 269, 2, 999);
  }

  @Test
  void next_to_no_share_takes_the_likeliest() {
    float[] logits = new float[VOCABULARY];
    logits[77] = 0.5f;
    assertThat(drawn(logits, last(1, 0, 1e-300, 0))).containsExactly(77);
  }

  @Test
  void next_to_no_temperature_takes_the_likeliest() {
    float[] logits = new float[VOCABULARY];
    logits[77] = 0.5f;
    assertThat(drawn(logits, last(1e-300, 0, 0.9, 0))).containsExactly(77);
  }

  /** Some lengths are looked at in parts, others can't be. */
  @ParameterizedTest
  @ValueSource(ints = {1, 127, 128, 1000, 1280, 4096})
  void the_likeliest_is_the_lowest_id_of_equals(int vocabulary) {
    float[] equal = new float[vocabulary];
    assertThat(largest(equal)).isZero();
    Random random = new Random(vocabulary);
    for (int round = 0; round < 50; round++) {
      float[] logits = new float[vocabulary];
      for (int i = 0; i < vocabulary; i++) {
        logits[i] = random.nextInt(200) - 250;
      }
      int expected = 0;
      for (int i = 1; i < vocabulary; i++) {
        expected = logits[i] > logits[expected] ? i : expected;
      }
      assertThat(largest(logits)).isEqualTo(expected);
    }
  }

  private static long largest(float[] logits) {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      PtNDArray rows = (PtNDArray) manager.create(logits).reshape(1, -1);
      return decoder.callForTensor("largest", PtNDArray::toLongArray, IValue.from(rows))[0];
    }
  }

  /** A token of each of some equal rows of logits. */
  private static long[] drawn(float[] logits, double[]... draws) {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      PtNDArray rows = (PtNDArray) manager.create(logits).reshape(1, -1).repeat(0, draws.length);
      return decoder.callForTensor(
          "chosen",
          PtNDArray::toLongArray,
          IValue.from(rows),
          IValue.from(0L),
          IValue.from(0L),
          IValue.listFrom(Stream.of(draws).flatMapToDouble(DoubleStream::of).toArray()),
          IValue.listFrom(LongStream.generate(() -> LAST).limit(draws.length).toArray()));
    }
  }
}
