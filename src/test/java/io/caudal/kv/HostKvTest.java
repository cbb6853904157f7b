package io.caudal.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostKvTest {
  private static final int BLOCK = 4;
  private static final int BYTES = 32;

  private final HostKv host = new HostKv(3 * BYTES);

  @Test
  void finds_what_a_sequence_begins_with() {
    int[] tokens = tokens(1, 12);
    put("t", tokens, 0, 1, 2);
    int[] other = tokens.clone();
    other[9]++;

    assertThat(find("t", tokens)).hasSize(3);
    assertThat(find("t", other)).hasSize(2);
    assertThat(find("t", other).get(1).data().get(0)).isEqualTo((byte) 1);
    assertThat(find("u", tokens)).isEmpty();
  }

  @Test
  void a_chain_is_dropped_from_its_end_and_the_one_that_was_used_last() {
    int[] tokens = tokens(1, 12);
    put("t", tokens, 0, 1, 2);
    assertThat(find("t", tokens)).hasSize(3);

    put("t", tokens(2, 4), 0);

    assertThat(find("t", tokens)).hasSize(2);
    assertThat(find("t", tokens(2, 4))).hasSize(1);
    assertThat(host.bytes()).isEqualTo(3 * BYTES);
  }

  @Test
  void a_smaller_limit_holds_at_once() {
    put("t", tokens(1, 12), 0, 1, 2);

    host.setLimit(2 * BYTES);
    assertThat(host.bytes()).isEqualTo(2 * BYTES);

    host.setLimit(0);
    assertThat(host.bytes()).isZero();
    assertThat(host.isOff()).isTrue();
    put("t", tokens(1, 12), 0);
    assertThat(host.bytes()).isZero();
  }

  @Test
  void other_tokens_with_the_same_hash_are_not_found() {
    int[] tokens = tokens(1, 4);
    long hash = TokenChain.chain(tokens, 1, BLOCK)[0];
    host.put("t", new KvBlock(0, BLOCK, hash, ByteBuffer.allocate(BYTES)), tokens(2, 4));

    assertThat(find("t", tokens)).isEmpty();
  }

  private List<KvBlock> find(String tenant, int[] tokens) {
    long[] chain = TokenChain.chain(tokens, tokens.length / BLOCK, BLOCK);
    return host.find(tenant, tokens, chain, BLOCK);
  }

  private void put(String tenant, int[] tokens, int... blocks) {
    long[] chain = TokenChain.chain(tokens, tokens.length / BLOCK, BLOCK);
    for (int block : blocks) {
      byte[] data = new byte[BYTES];
      Arrays.fill(data, (byte) block);
      host.put(
          tenant,
          new KvBlock(block, BLOCK, chain[block], ByteBuffer.wrap(data)),
          Arrays.copyOfRange(tokens, block * BLOCK, (block + 1) * BLOCK));
    }
  }

  private static int[] tokens(int seed, int length) {
    int[] tokens = new int[length];
    Arrays.setAll(tokens, i -> seed * 100 + i);
    return tokens;
  }
}
