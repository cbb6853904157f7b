package io.caudal.stream.state;

import java.util.Collection;
import org.apache.flink.state.rocksdb.RocksDBOptionsFactory;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactionOptionsUniversal;
import org.rocksdb.CompactionStyle;
import org.rocksdb.DBOptions;

/**
 * Universal compaction of keyed state, most of which is KV that is written once. The job names it
 * as {@code state.backend.rocksdb.options-factory}, if nobody names another; another {@code
 * state.backend.rocksdb.compaction.style} stays as it is.
 *
 * <p>A checkpoint flushes what is new, and uploads what compaction has written again. With
 * RocksDB's own limit of 4 sorted runs, compaction has to merge into large ones at nearly each
 * flush once there are some hundreds, and writes all state again and again; with 16 a byte is
 * written 4 to 5 times in all. A read of one key asks more runs, whose Bloom filters answer ({@code
 * state.backend.rocksdb.use-bloom-filter}); an iteration looks into each.
 */
public final class UniversalCompaction implements RocksDBOptionsFactory {
  private static final long serialVersionUID = 1L;

  /** From so many sorted runs on some are merged. */
  static final int RUNS = 16;

  /** All runs become one when the newer ones are as large as the oldest; RocksDB's own is 200. */
  private static final int NEWER_PERCENT = 100;

  /** RocksDB's own 20 and 36 would stop the task thread while all runs become one. */
  private static final int RUNS_THAT_SLOW = 200;

  private static final int RUNS_THAT_STOP = 400;

  /** One flushes, and three merge once there are twice {@link #RUNS}: not one after the other. */
  private static final int BACKGROUND_JOBS = 4;

  @Override
  public DBOptions createDBOptions(DBOptions options, Collection<AutoCloseable> handles) {
    return options.setMaxBackgroundJobs(Math.max(BACKGROUND_JOBS, options.maxBackgroundJobs()));
  }

  @Override
  public ColumnFamilyOptions createColumnOptions(
      ColumnFamilyOptions options, Collection<AutoCloseable> handles) {
    if (options.compactionStyle() != CompactionStyle.UNIVERSAL) {
      return options;
    }
    CompactionOptionsUniversal universal =
        new CompactionOptionsUniversal().setMaxSizeAmplificationPercent(NEWER_PERCENT);
    handles.add(universal);
    return options
        .setCompactionOptionsUniversal(universal)
        .setLevel0FileNumCompactionTrigger(RUNS)
        .setLevel0SlowdownWritesTrigger(RUNS_THAT_SLOW)
        .setLevel0StopWritesTrigger(RUNS_THAT_STOP);
  }
}
