package io.caudal.stream.state;

import java.util.Collection;
import org.apache.flink.state.rocksdb.RocksDBOptionsFactory;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactionOptionsUniversal;
import org.rocksdb.CompactionStyle;
import org.rocksdb.DBOptions;

/**
 * RocksDB's compaction for KV, which is written once. The job names it as {@code
 * state.backend.rocksdb.options-factory}, if nobody names another.
 *
 * <p>A checkpoint flushes what is new, twice a second, and uploads what compaction has written
 * again. With RocksDB's own limit of 4 sorted runs, compaction has to merge into large ones at
 * nearly each flush once there are some hundreds, and writes all state again and again; with 16 a
 * byte is written 4 to 5 times in all. A read asks more runs, whose Bloom filters answer ({@code
 * state.backend.rocksdb.use-bloom-filter}). Files are at most about twice what is live.
 */
public final class UniversalCompaction implements RocksDBOptionsFactory {
  private static final long serialVersionUID = 1L;

  /** From so many sorted runs on some are merged. */
  static final int RUNS = 16;

  /** All runs become one when the newer ones are as large as the oldest; RocksDB's own is 200. */
  private static final int NEWER_PERCENT = 100;

  /** Out of reach: a long compaction must not stop the task thread, as 20 and 36 runs would. */
  private static final int RUNS_THAT_SLOW = 4_000;

  private static final int RUNS_THAT_STOP = 8_000;

  @Override
  public DBOptions createDBOptions(DBOptions options, Collection<AutoCloseable> handles) {
    return options;
  }

  @Override
  public ColumnFamilyOptions createColumnOptions(
      ColumnFamilyOptions options, Collection<AutoCloseable> handles) {
    CompactionOptionsUniversal universal =
        new CompactionOptionsUniversal().setMaxSizeAmplificationPercent(NEWER_PERCENT);
    handles.add(universal);
    return options
        .setCompactionStyle(CompactionStyle.UNIVERSAL)
        .setCompactionOptionsUniversal(universal)
        .setLevel0FileNumCompactionTrigger(RUNS)
        .setLevel0SlowdownWritesTrigger(RUNS_THAT_SLOW)
        .setLevel0StopWritesTrigger(RUNS_THAT_STOP);
  }
}
