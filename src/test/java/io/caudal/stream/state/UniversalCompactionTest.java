package io.caudal.stream.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.apache.flink.util.IOUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactionStyle;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.Env;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksMemEnv;
import org.rocksdb.Statistics;
import org.rocksdb.TickerType;
import org.rocksdb.WriteOptions;

/** What compaction writes when a checkpoint flushes a few blocks, a thousand times. */
@Timeout(120)
class UniversalCompactionTest {
  private static final int FLUSHES = 1_000;
  private static final int BLOCKS = 4;
  private static final int BLOCK_BYTES = 10_000;

  private final List<AutoCloseable> handles = new ArrayList<>();
  private final Random random = new Random(1);
  private final Deque<byte[]> live = new ArrayDeque<>();
  private Statistics statistics;
  private RocksDB rocks;

  @BeforeEach
  void open() throws Exception {
    RocksDB.loadLibrary();
    UniversalCompaction compaction = new UniversalCompaction();
    Env memory = keep(new RocksMemEnv(Env.getDefault()));
    statistics = keep(new Statistics());
    DBOptions database = keep(compaction.createDBOptions(new DBOptions(), handles));
    ColumnFamilyOptions blocks =
        keep(
            compaction.createColumnOptions(
                new ColumnFamilyOptions()
                    .setCompactionStyle(CompactionStyle.UNIVERSAL)
                    .setCompressionType(CompressionType.NO_COMPRESSION),
                handles));
    Options options =
        keep(new Options(database, blocks))
            .setEnv(memory)
            .setCreateIfMissing(true)
            .setStatistics(statistics);
    rocks = RocksDB.open(options, "/blocks");
  }

  @AfterEach
  void close() {
    rocks.close();
    IOUtils.closeAllQuietly(handles);
  }

  @Test
  void a_block_is_written_a_few_times_however_many_checkpoints_there_were() throws Exception {
    for (int i = 0; i < FLUSHES; i++) {
      writeAndFlush(Integer.MAX_VALUE);
    }

    long flushed = statistics.getTickerCount(TickerType.FLUSH_WRITE_BYTES);
    assertThat(flushed).isGreaterThan((long) FLUSHES * BLOCKS * BLOCK_BYTES);
    // By RocksDB's own limit of 4 runs it is 20 times.
    assertThat(statistics.getTickerCount(TickerType.COMPACT_WRITE_BYTES))
        .isBetween(flushed / 2, 5 * flushed);
  }

  @Test
  void files_stay_near_what_is_live_while_as_much_ends_as_begins() throws Exception {
    double most = 0;
    for (int i = 0; i < FLUSHES; i++) {
      writeAndFlush(150 * BLOCKS);
      if (i >= 300) {
        long files = rocks.getLongProperty("rocksdb.total-sst-files-size");
        most = Math.max(most, (double) files / live.size() / BLOCK_BYTES);
      }
    }

    // With 200 % of newer data, RocksDB's own, it is 3.0.
    assertThat(most).isBetween(1.0, 2.3);
  }

  /** As a checkpoint does; of more blocks than {@code most} the oldest go. */
  private void writeAndFlush(int most) throws Exception {
    byte[] block = new byte[BLOCK_BYTES];
    try (WriteOptions write = new WriteOptions().setDisableWAL(true);
        FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
      for (int b = 0; b < BLOCKS; b++) {
        byte[] key = new byte[16];
        random.nextBytes(key);
        random.nextBytes(block);
        rocks.put(write, key, block);
        live.add(key);
      }
      while (live.size() > most) {
        rocks.delete(write, live.remove());
      }
      rocks.flush(flush);
    }
    while (isCompacting()) {
      Thread.sleep(1);
    }
  }

  /** Also if one is due that does not run yet, as it is whenever there are more runs. */
  private boolean isCompacting() throws Exception {
    return rocks.getLiveFilesMetaData().size() > UniversalCompaction.RUNS
        || rocks.getLongProperty("rocksdb.num-running-compactions") > 0;
  }

  private <T extends AutoCloseable> T keep(T handle) {
    handles.add(0, handle);
    return handle;
  }
}
