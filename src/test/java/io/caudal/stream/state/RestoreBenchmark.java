package io.caudal.stream.state;

import io.caudal.config.KvCodec;
import io.caudal.config.KvCompression;
import io.caudal.kv.KvBlock;
import io.caudal.kv.KvDtype;
import io.caudal.kv.KvShape;
import io.caudal.kv.codec.BlockCodec;
import io.caudal.kv.codec.DecodedBlock;
import io.caudal.kv.codec.KvBlockFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.commons.io.FileUtils;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.storage.FileSystemCheckpointStorage;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.state.rocksdb.RocksDBOptions;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.rocksdb.CompactionStyle;

/**
 * Reads a session of 1,024 tokens of the 135M shape (bf16, 128 blocks of 184,320 bytes) from
 * RocksDB through Flink's state API, one of several that lie in its files. The score is blocks a
 * second: times 0.18432 it is MB of KV a second.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
public class RestoreBenchmark {
  private static final int BLOCKS = 128;
  private static final int BLOCK_TOKENS = 8;
  private static final KvShape SHAPE = new KvShape(30, 3, 64, KvDtype.BF16);
  private static final KvBlockFormat FORMAT = new KvBlockFormat(SHAPE, 1);

  /** Of what is stored: {@code CODEC-COMPRESSION}. */
  @Param({"NONE-NONE", "NONE-ZSTD", "INT8-NONE", "INT4-NONE"})
  private String stored = "";

  @Param("20")
  private int sessions;

  /** Checkpoints, and so flushes, that a session's blocks came with. */
  @Param({"1", "32"})
  private int checkpointsOfSession;

  /** Whether RocksDB's options are the job's, or Flink's. */
  @Param("true")
  private boolean optionsOfJob;

  private final Blocks blocks = new Blocks();
  private final Path checkpoints = folder();
  private final KeyedOneInputStreamOperatorTestHarness<String, String, Long> harness =
      harness(blocks);
  private final SplittableRandom random = new SplittableRandom(1);

  /** A function with the state that {@link SessionStore} keeps KV in. */
  private static final class Blocks extends KeyedProcessFunction<String, String, Long> {
    transient MapState<Integer, byte[]> state;

    @Override
    public void open(OpenContext context) {
      state =
          getRuntimeContext()
              .getMapState(
                  new MapStateDescriptor<>(
                      "session-kv",
                      Types.INT,
                      PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    }

    @Override
    public void processElement(String value, Context context, Collector<Long> out) {}
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, String, Long> harness(
      Blocks blocks) {
    try {
      return new KeyedOneInputStreamOperatorTestHarness<>(
          new KeyedProcessOperator<>(blocks), session -> session, Types.STRING);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private EmbeddedRocksDBStateBackend rocksDb() {
    Configuration options = new Configuration();
    if (optionsOfJob) {
      options.set(RocksDBConfigurableOptions.COMPACTION_STYLE, CompactionStyle.UNIVERSAL);
      options.set(RocksDBOptions.OPTIONS_FACTORY, UniversalCompaction.class.getName());
      options.set(RocksDBConfigurableOptions.USE_BLOOM_FILTER, true);
    }
    EmbeddedRocksDBStateBackend rocksDb =
        new EmbeddedRocksDBStateBackend()
            .configure(options, Thread.currentThread().getContextClassLoader());
    rocksDb.getMemoryConfiguration().setUseManagedMemory(false);
    return rocksDb;
  }

  private static Path folder() {
    try {
      return Files.createTempDirectory("caudal-restore");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Setup
  public void setUp() throws Exception {
    String[] parts = stored.split("-", -1);
    BlockCodec codec = new BlockCodec(KvCodec.valueOf(parts[0]), KvCompression.valueOf(parts[1]));
    harness.setStateBackend(rocksDb());
    harness.setCheckpointStorage(new FileSystemCheckpointStorage(checkpoints.toUri()));
    harness.open();
    for (int i = 0; i < BLOCKS; i++) {
      byte[] encoded = FORMAT.encode(block(i), codec);
      for (int session = 0; session < sessions; session++) {
        harness.getOperator().setCurrentKey("s" + session);
        blocks.state.put(i, encoded);
      }
      if ((i + 1) % (BLOCKS / checkpointsOfSession) == 0) {
        // What is in memory goes to files.
        harness.snapshot(i, i);
      }
    }
  }

  /** Numbers as KV has them, more or less: normal, of a scale for each channel. */
  private static KvBlock block(int index) {
    Random numbers = new Random(index);
    int count = BLOCK_TOKENS * SHAPE.bytesPerToken() / 2;
    ByteBuffer data = ByteBuffer.allocateDirect(2 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      float value = (float) numbers.nextGaussian() * (1 + i % SHAPE.headDim() / 16);
      data.putShort((short) (Float.floatToIntBits(value) >>> 16));
    }
    return new KvBlock(index, BLOCK_TOKENS, index, data.flip());
  }

  private void choose() {
    harness.getOperator().setCurrentKey("s" + random.nextInt(sessions));
  }

  @Benchmark
  @OperationsPerInvocation(BLOCKS)
  public long read() throws Exception {
    choose();
    long bytes = 0;
    for (int i = 0; i < BLOCKS; i++) {
      bytes += blocks.state.get(i).length;
    }
    return bytes;
  }

  @Benchmark
  @OperationsPerInvocation(BLOCKS)
  public long readAndDecode() throws Exception {
    choose();
    long bytes = 0;
    for (int i = 0; i < BLOCKS; i++) {
      DecodedBlock decoded = FORMAT.decode(blocks.state.get(i), i, BLOCK_TOKENS, i);
      bytes += ((DecodedBlock.Hit) decoded).block().data().remaining();
    }
    return bytes;
  }

  @TearDown
  public void tearDown() throws Exception {
    harness.close();
    FileUtils.deleteDirectory(checkpoints.toFile());
  }
}
