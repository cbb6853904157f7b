package io.caudal.engine.model;

import com.dynatrace.hash4j.hashing.HashStream64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.caudal.kv.KvShape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells models apart: 64 bits (XXH3) over the configuration, the shape and dtype of KV, and per
 * tensor, in the order of names, its name, dtype, shape and bytes. Of checkpoints of 256 MiB or
 * more only a sample is read: of each tensor its first and last 4 KiB and 4 KiB from 14 places
 * evenly between.
 */
public final class Fingerprint {
  private static final long WHOLE_BELOW_BYTES = 256L << 20;
  private static final int SAMPLE_BYTES = 4096;
  private static final int SAMPLES = 16;
  private static final int PIECE_BYTES = 1 << 20;

  private Fingerprint() {}

  public static long of(ModelConfig config, Checkpoint checkpoint, KvShape kv) {
    List<TensorEntry> entries = new ArrayList<>();
    for (String name : checkpoint.names()) {
      entries.add(checkpoint.entry(name));
    }
    boolean whole = entries.stream().mapToLong(TensorEntry::bytes).sum() < WHOLE_BELOW_BYTES;
    HashStream64 hash = Hashing.xxh3_64().hashStream();
    putConfig(hash, config, kv);
    byte[] piece = new byte[PIECE_BYTES];
    for (TensorEntry entry : entries) {
      hash.putString(entry.name()).putString(entry.dtype());
      entry.shape().forEach(hash::putLong);
      if (whole) {
        putBytes(hash, checkpoint.map(entry.name(), 0, entry.bytes()), piece);
      } else {
        putSamples(hash, checkpoint, entry, piece);
      }
    }
    return hash.getAsLong();
  }

  /** What changes KV though the weights stay the same. Stop ids and the window do not. */
  private static void putConfig(HashStream64 hash, ModelConfig config, KvShape kv) {
    hash.putString(config.architecture().className());
    hash.putInt(config.hidden()).putInt(config.layers()).putInt(config.heads());
    hash.putInt(config.kvHeads()).putInt(config.headDim()).putInt(config.intermediate());
    hash.putDouble(config.normEpsilon());
    for (double frequency : config.inverseFrequencies()) {
      hash.putDouble(frequency);
    }
    hash.putString(kv.dtype().label());
  }

  private static void putSamples(
      HashStream64 hash, Checkpoint checkpoint, TensorEntry entry, byte[] piece) {
    long sample = Math.min(SAMPLE_BYTES, entry.bytes());
    long last = entry.bytes() - sample;
    for (int i = 0; i < SAMPLES; i++) {
      long offset = last / (SAMPLES - 1) * i + last % (SAMPLES - 1) * i / (SAMPLES - 1);
      putBytes(hash, checkpoint.map(entry.name(), offset, sample), piece);
    }
  }

  private static void putBytes(HashStream64 hash, ByteBuffer bytes, byte[] piece) {
    while (bytes.hasRemaining()) {
      int length = Math.min(piece.length, bytes.remaining());
      bytes.get(piece, 0, length);
      hash.putBytes(piece, 0, length);
    }
  }
}
