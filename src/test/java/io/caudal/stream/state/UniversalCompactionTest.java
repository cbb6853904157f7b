package io.caudal.stream.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.util.IOUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.Statistics;
import org.rocksdb.TickerType;
import org.rocksdb.WriteOptions;

/** What compaction writes when a checkpoint flushes a few blocks, a thousand times. */
@Timeout(120)
class UniversalCompactionTest {
  private static final int FLUSHES = 1_000;
  private static final int BLOCKS = 4;
  private static final int BLOCK_BYTES = 10_000;

  @Test
  void a_block_is_written_a_few_times_however_many_checkpoints_there_were(@TempDir Path folder)
      throws Exception {
    RocksDB.loadLibrary();
    UniversalCompaction compaction = new UniversalCompaction();
    List<AutoCloseable> handles = new ArrayList<>();
    try (Statistics statistics = new Statistics();
        DBOptions database = compaction.createDBOptions(new DBOptions(), handles);
        ColumnFamilyOptions blocks =
            compaction.createColumnOptions(
                new ColumnFamilyOptions().setCompressionType(CompressionType.NO_COMPRESSION),
                handles);
        Options options =
            new Options(database, blocks).setCreateIfMissing(true).setStatistics(statistics);
        RocksDB rocks = RocksDB.open(options, folder.toString())) {
      long most = writeAndFlush(rocks);

      long flushed = statistics.getTickerCount(TickerType.FLUSH_WRITE_BYTES);
      assertThat(flushed).isGreaterThan((long) FLUSHES * BLOCKS * BLOCK_BYTES);
      // By RocksDB's own limit of 4 runs it is 20 times.
      assertThat(statistics.getTickerCount(TickerType.COMPACT_WRITE_BYTES))
          .isBetween(flushed / 2, 5 * flushed);
      assertThat(most).isBetween(4L, 2L * UniversalCompaction.RUNS);
    } finally {
      IOUtils.closeAllQuietly(handles);
    }
  }

  /** Returns the most files that were there at a time. */
  private static long writeAndFlush(RocksDB rocks) throws Exception {
    Random random = new Random(1);
    byte[] key = new byte[16];
    byte[] block = new byte[BLOCK_BYTES];
    long most = 0;
    try (WriteOptions write = new WriteOptions().setDisableWAL(true);
        FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
      for (int i = 0; i < FLUSHES; i++) {
        for (int b = 0; b < BLOCKS; b++) {
          random.nextBytes(key);
          random.nextBytes(block);
          rocks.put(write, key, block);
        }
        rocks.flush(flush);
        while (rocks.getLongProperty("rocksdb.num-running-compactions") > 0) {
          Thread.onSpinWait();
        }
        most = Math.max(most, rocks.getLiveFilesMetaData().size());
      }
    }
    return most;
  }
}
