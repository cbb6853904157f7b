package io.caudal.kv.codec;

import static io.caudal.config.KvCompression.ZSTD;

import io.caudal.config.KvCodec;
import io.caudal.config.KvCodecSettings;
import io.caudal.config.KvCompression;
import io.caudal.kv.KvBlock;
import java.util.List;

/**
 * Which codec each block of a session gets. Recent tokens keep all of their numbers (KIVI's
 * residual), as does a block that is not full: it is read back and written again when it grows, and
 * nothing is to be rounded twice.
 */
public final class CodecChoice {
  /** From the least loss to the most. */
  private static final List<BlockCodec> LADDER =
      List.of(
          new BlockCodec(KvCodec.NONE, ZSTD),
          new BlockCodec(KvCodec.HALF, ZSTD),
          new BlockCodec(KvCodec.INT8, KvCompression.NONE),
          new BlockCodec(KvCodec.INT8, ZSTD),
          new BlockCodec(KvCodec.INT4, KvCompression.NONE),
          new BlockCodec(KvCodec.INT4, ZSTD));

  private final KvBlockFormat format;
  private final KvCodecSettings settings;

  public CodecChoice(KvBlockFormat format, KvCodecSettings settings) {
    this.format = format;
    this.settings = settings;
  }

  /** The blocks of a sequence of {@code tokens} that don't reach into the recent tokens. */
  public int oldBlocks(int tokens, int blockTokens) {
    return Math.max(0, tokens - settings.recentTokens()) / blockTokens;
  }

  /** Whether old blocks are encoded like recent ones. */
  public boolean treatsAllAlike() {
    return !settings.byRatio() && settings.codec() == KvCodec.NONE;
  }

  /** Encodes a block with all of its numbers. */
  public byte[] encodeRecent(KvBlock block) {
    return format.encode(
        block, new BlockCodec(KvCodec.NONE, settings.byRatio() ? ZSTD : settings.compression()));
  }

  /** Encodes a block that is full and behind the recent tokens. */
  public byte[] encodeOld(KvBlock block) {
    if (!settings.byRatio()) {
      return format.encode(block, new BlockCodec(settings.codec(), settings.compression()));
    }
    byte[] smallest = null;
    for (BlockCodec codec : LADDER) {
      byte[] encoded = format.encode(block, codec);
      if (format.ratio(encoded, block.tokens()) >= settings.ratio()) {
        return encoded;
      }
      smallest = smallest == null || encoded.length < smallest.length ? encoded : smallest;
    }
    return smallest == null ? encodeRecent(block) : smallest;
  }
}
