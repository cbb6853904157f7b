package io.caudal.kv.codec;

import static io.caudal.kv.codec.Blocks.CHAIN;
import static io.caudal.kv.codec.Blocks.MODEL;
import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.kv.KvBlock;
import io.caudal.kv.KvDtype;
import io.caudal.kv.KvShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Blocks that were changed on the way: none is taken for the one that was written. */
class BlockFuzzTest {
  private static final KvShape SHAPE = new KvShape(2, 2, 16, KvDtype.FP32);
  private static final int INDEX = 3;
  private static final int TOKENS = 16;

  private final KvBlockFormat format = new KvBlockFormat(SHAPE, MODEL);
  private final SplittableRandom random = new SplittableRandom(20240707);
  private final List<byte[]> blocks = new ArrayList<>();

  BlockFuzzTest() {
    for (BlockCodec codec : Blocks.codecs()) {
      blocks.add(format.encode(Blocks.random(SHAPE, INDEX, TOKENS, 1, 1), codec));
      blocks.add(format.encode(Blocks.random(SHAPE, INDEX + 1, TOKENS, 1, 2), codec));
      blocks.add(
          new KvBlockFormat(SHAPE, MODEL + 1)
              .encode(Blocks.random(SHAPE, INDEX, TOKENS, 1, 1), codec));
    }
  }

  @Test
  void no_mutated_block_is_accepted() {
    int misses = 0;
    for (int i = 0; i < 160_000; i++) {
      byte[] block = blocks.get(i % blocks.size());
      byte[] mutant = mutate(block);
      if (blocks.stream().noneMatch(original -> Arrays.equals(original, mutant))) {
        DecodedBlock decoded = format.decode(mutant, INDEX, TOKENS, CHAIN);
        assertThat(decoded.kind()).as("mutant %d", i).isEqualTo(DecodedBlock.Kind.MISS);
        assertThat(format.exact(mutant, INDEX, TOKENS)).isNull();
        misses++;
      }
    }
    assertThat(misses).isGreaterThan(120_000);
  }

  /**
   * A checksum that was made to fit lets a changed payload through, but nothing crashes, and a hit
   * is of the size that was asked for.
   */
  @Test
  void a_changed_payload_under_a_fitting_checksum_breaks_nothing() {
    int hits = 0;
    for (int i = 0; i < 40_000; i++) {
      byte[] mutant = mutate(blocks.get(i % blocks.size()));
      if (mutant.length < BlockHeader.BYTES) {
        continue;
      }
      reseal(mutant);
      if (format.decode(mutant, INDEX, TOKENS, CHAIN) instanceof DecodedBlock.Hit hit) {
        assertThat(hit.block().data().remaining()).isEqualTo(TOKENS * SHAPE.bytesPerToken());
        hits++;
      }
    }
    assertThat(hits).isPositive();
  }

  private byte[] mutate(byte[] block) {
    byte[] other = blocks.get(random.nextInt(blocks.size()));
    return switch (random.nextInt(6)) {
      case 0 -> flipped(block, 1 + random.nextInt(4), block.length);
      case 1 -> flipped(block, 1 + random.nextInt(4), BlockHeader.BYTES);
      case 2 -> Arrays.copyOf(block, random.nextInt(block.length));
      case 3 -> Arrays.copyOf(block, block.length + 1 + random.nextInt(64));
      case 4 -> spliced(block, other);
      default -> overwritten(block);
    };
  }

  private byte[] flipped(byte[] block, int bits, int within) {
    byte[] mutant = block.clone();
    for (int i = 0; i < bits; i++) {
      mutant[random.nextInt(within)] ^= (byte) (1 << random.nextInt(8));
    }
    return mutant;
  }

  /** The beginning of one block, and the end of another. */
  private byte[] spliced(byte[] block, byte[] other) {
    int at = random.nextInt(Math.min(block.length, other.length));
    byte[] mutant = Arrays.copyOf(other, other.length);
    System.arraycopy(block, 0, mutant, 0, at);
    return mutant;
  }

  /** Random bytes, in the header as often as not. */
  private byte[] overwritten(byte[] block) {
    byte[] mutant = block.clone();
    int from = random.nextInt(random.nextBoolean() ? BlockHeader.BYTES : block.length);
    byte[] noise = new byte[Math.min(1 + random.nextInt(16), block.length - from)];
    random.nextBytes(noise);
    System.arraycopy(noise, 0, mutant, from, noise.length);
    return mutant;
  }

  private static void reseal(byte[] block) {
    ByteBuffer header = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(40, block.length - BlockHeader.BYTES);
    CRC32C crc = new CRC32C();
    crc.update(block, 0, 44);
    crc.update(block, BlockHeader.BYTES, block.length - BlockHeader.BYTES);
    header.putInt(44, (int) crc.getValue());
  }

  @Test
  void a_bomb_is_not_unpacked() {
    byte[] zeros = com.github.luben.zstd.Zstd.compress(new byte[64 << 20]);
    byte[] bomb = new byte[BlockHeader.BYTES + zeros.length];
    KvBlock block = Blocks.random(SHAPE, INDEX, TOKENS, 1, 1);
    System.arraycopy(zeros, 0, bomb, BlockHeader.BYTES, zeros.length);
    new BlockHeader(SHAPE, MODEL).seal(bomb, KvBlockCodecV2.VERSION, 0, 1, block);

    assertThat(format.decode(bomb, INDEX, TOKENS, CHAIN))
        .isEqualTo(new DecodedBlock.Miss(BlockMiss.DAMAGED));
  }
}
