package io.caudal.kv.codec;

import io.caudal.kv.KvBlock;

/** What came of decoding a stored block: a hit or a miss. */
public sealed interface DecodedBlock {

  Kind kind();

  /** Which of the two it is. */
  enum Kind {
    HIT,
    MISS
  }

  /** The block is whole and of the wanted model and tokens. */
  record Hit(KvBlock block) implements DecodedBlock {
    @Override
    public Kind kind() {
      return Kind.HIT;
    }
  }

  /** The block can't be used. */
  record Miss(BlockMiss reason) implements DecodedBlock {
    @Override
    public Kind kind() {
      return Kind.MISS;
    }
  }
}
