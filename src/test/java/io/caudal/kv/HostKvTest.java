package io.caudal.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.Eviction;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HostKvTest {
  private static final int BLOCK = 4;
  private static final int BYTES = 32;

  private final AtomicLong clock = new AtomicLong();
  private final HostKv host = new HostKv(3 * BYTES, clock::incrementAndGet);

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
  void a_beginning_stays_as_long_as_what_was_added_to_it_later() {
    int[] tokens = tokens(1, 8);
    put("t", tokens, 0);
    put("t", tokens(2, 4), 0);
    put("t", tokens, 1);

    put("t", tokens(3, 4), 0);

    assertThat(find("t", tokens)).hasSize(2);
    assertThat(find("t", tokens(2, 4))).isEmpty();
  }

  @Test
  void what_is_longer_than_the_limit_is_kept_in_part() {
    int[] tokens = tokens(1, 24);

    put("t", tokens, 0, 1, 2, 3, 4, 5);

    assertThat(find("t", tokens)).hasSize(3);
  }

  @Test
  void the_policy_says_who_goes() {
    host.setPolicy(Eviction.LFU);
    put("t", tokens(1, 4), 0);
    use("a", tokens(1, 4), 1);
    put("t", tokens(2, 4), 0);
    put("t", tokens(3, 4), 0);

    put("t", tokens(4, 4), 0);
    assertThat(find("t", tokens(1, 4))).hasSize(1);
    assertThat(find("t", tokens(2, 4))).isEmpty();

    host.setPolicy(Eviction.LRU);
    put("t", tokens(5, 4), 0);
    assertThat(find("t", tokens(1, 4))).isEmpty();
    assertThat(find("t", tokens(3, 4))).hasSize(1);
    assertThat(host.bytes()).isEqualTo(3 * BYTES);
  }

  @Test
  void what_comes_back_stays_beside_what_is_asked_once() {
    assertThat(found(Eviction.ADAPTIVE)).isGreaterThan(2 * found(Eviction.LRU));
  }

  /** Blocks found of ten conversations that return each minute, beside 40 prompts of others. */
  private static int found(Eviction policy) {
    AtomicLong millis = new AtomicLong();
    HostKv host = new HostKv(100 * BYTES, millis::get);
    host.setPolicy(policy);
    int found = 0;
    for (int minute = 0; minute < 100; minute++) {
      for (int i = 0; i < 50; i++) {
        millis.addAndGet(1_200);
        int[] tokens = i % 5 == 0 ? tokens(i, 20) : tokens(50 + 50 * minute + i, 20);
        long[] chain = TokenChain.chain(tokens, 5, BLOCK);
        int there = host.find("t", tokens, chain, BLOCK).size();
        found += there;
        host.use("t", chain, there, null);
        for (int block = there; block < 5; block++) {
          put(host, "t", null, tokens, block);
        }
      }
    }
    return found;
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
    host.put(
        "t",
        TokenChain.ROOT,
        new KvBlock(0, BLOCK, hash, ByteBuffer.allocate(BYTES)),
        tokens(2, 4),
        null,
        0);

    assertThat(find("t", tokens)).isEmpty();
  }

  @Test
  void a_block_goes_with_the_last_session_that_uses_it() {
    int[] tokens = tokens(1, 12);
    put("t", "a", tokens, 0, 1);
    use("b", tokens, 1);
    put("t", "b", tokens, 1);
    put("t", "a", tokens, 2);
    assertThat(host.blocksOf("a")).isEqualTo(3);

    assertThat(host.forget("a")).isEqualTo(new Freed(0, 1, BYTES));
    assertThat(find("t", tokens)).hasSize(2);
    assertThat(host.forget("b")).isEqualTo(new Freed(0, 2, 2 * BYTES));
    assertThat(host.bytes()).isZero();
    assertThat(host.blocksOf("a") + host.blocksOf("b")).isZero();
  }

  @Test
  void a_block_of_nobody_or_of_too_many_goes_with_no_session() {
    int[] tokens = tokens(1, 8);
    put("t", tokens, 0);
    put("t", "s0", tokens, 1);
    for (int i = 0; i <= BlockUsers.MOST; i++) {
      use("s" + i, tokens, 2);
    }

    for (int i = 0; i <= BlockUsers.MOST; i++) {
      assertThat(host.forget("s" + i)).isEqualTo(Freed.NONE);
    }
    assertThat(find("t", tokens)).hasSize(2);
  }

  @Test
  void what_is_evicted_is_nobodys() {
    put("t", "a", tokens(1, 12), 0, 1, 2);

    host.setLimit(0);

    assertThat(host.blocksOf("a")).isZero();
    assertThat(host.forget("a")).isEqualTo(Freed.NONE);
  }

  @Test
  void blocks_of_pinned_sessions_go_last() {
    put("t", "pinned", tokens(1, 8), 0, 1);
    host.setPinned("pinned", true);
    put("t", "other", tokens(2, 8), 0, 1);
    assertThat(find("t", tokens(1, 8))).hasSize(2);
    assertThat(host.blocksOf("other")).isEqualTo(1);

    put("t", "other", tokens(3, 12), 0, 1, 2);
    assertThat(find("t", tokens(1, 8))).hasSize(2);

    host.setLimit(BYTES);
    assertThat(find("t", tokens(1, 8))).hasSize(1);
  }

  @Test
  void where_all_are_pinned_no_more_go_than_must() {
    for (int i = 0; i < 6; i++) {
      host.setPinned("s" + i, true);
      put("t", "s" + i, tokens(i, 4), 0);
    }
    assertThat(host.bytes()).isEqualTo(3 * BYTES);
    assertThat(IntStream.range(0, 6).mapToObj(i -> host.blocksOf("s" + i)))
        .containsExactly(0, 0, 0, 1, 1, 1);

    use("s3", tokens(3, 4), 1);
    host.setPinned("s6", true);
    put("t", "s6", tokens(6, 4), 0);
    assertThat(IntStream.range(3, 7).mapToObj(i -> host.blocksOf("s" + i)))
        .containsExactly(1, 0, 1, 1);
  }

  @Test
  void is_kept_below_a_share_of_its_limit_but_for_pinned_sessions() {
    put("t", "pinned", tokens(1, 8), 0, 1);
    put("t", "other", tokens(2, 4), 0);
    host.setPinned("pinned", true);

    host.collect(1);
    assertThat(host.bytes()).isEqualTo(3 * BYTES);
    host.collect(0.5);
    assertThat(host.bytes()).isEqualTo(2 * BYTES);
    assertThat(host.blocksOf("pinned")).isEqualTo(2);

    host.setPinned("pinned", false);
    host.collect(0.5);
    assertThat(host.bytes()).isEqualTo(BYTES);
  }

  @Test
  void clears_a_tenant() {
    put("t", tokens(1, 8), 0, 1);
    put("u", tokens(1, 4), 0);

    assertThat(host.clearTenant("t")).isEqualTo(new Freed(0, 2, 2 * BYTES));
    assertThat(find("u", tokens(1, 4))).hasSize(1);
    assertThat(host.clear()).isEqualTo(new Freed(0, 1, BYTES));
  }

  @Test
  void clears_all_that_begins_with_some_tokens() {
    put("t", tokens(1, 12), 0, 1, 2);
    int[] other = tokens(1, 12);
    other[5]++;
    host.setLimit(10 * BYTES);
    put("t", other, 1, 2);

    assertThat(host.clear(null, Beginning.ofTokens(Arrays.copyOf(tokens(1, 12), 6))))
        .isEqualTo(new Freed(0, 2, 2 * BYTES));
    assertThat(find("t", other)).hasSize(3);
    assertThat(host.clear(null, Beginning.ofTokens(Arrays.copyOf(other, 2))).hostBlocks())
        .isEqualTo(3);
  }

  @Test
  void clears_all_from_a_hash_on() {
    int[] tokens = tokens(1, 12);
    put("t", tokens, 0, 1, 2);
    long[] chain = TokenChain.chain(tokens, 3, BLOCK);

    assertThat(host.clear(null, Beginning.ofHash(chain[1])).hostBlocks()).isEqualTo(2);
    assertThat(find("t", tokens)).hasSize(1);
    assertThat(Beginning.ofHash(chain[1]).begins(tokens, BLOCK)).isTrue();
    assertThat(Beginning.ofHash(chain[2]).begins(Arrays.copyOf(tokens, 11), BLOCK)).isFalse();
  }

  private void use(String session, int[] tokens, int blocks) {
    long[] chain = TokenChain.chain(tokens, blocks, BLOCK);
    host.use("t", chain, blocks, session);
  }

  private List<KvBlock> find(String tenant, int[] tokens) {
    long[] chain = TokenChain.chain(tokens, tokens.length / BLOCK, BLOCK);
    return host.find(tenant, tokens, chain, BLOCK);
  }

  private void put(String tenant, int[] tokens, int... blocks) {
    put(tenant, null, tokens, blocks);
  }

  private void put(String tenant, @Nullable String session, int[] tokens, int... blocks) {
    put(host, tenant, session, tokens, blocks);
  }

  private static void put(
      HostKv host, String tenant, @Nullable String session, int[] tokens, int... blocks) {
    long[] chain = TokenChain.chain(tokens, tokens.length / BLOCK, BLOCK);
    for (int block : blocks) {
      byte[] data = new byte[BYTES];
      Arrays.fill(data, (byte) block);
      host.put(
          tenant,
          block == 0 ? TokenChain.ROOT : chain[block - 1],
          new KvBlock(block, BLOCK, chain[block], ByteBuffer.wrap(data)),
          Arrays.copyOfRange(tokens, block * BLOCK, (block + 1) * BLOCK),
          session,
          0);
    }
  }

  private static int[] tokens(int seed, int length) {
    int[] tokens = new int[length];
    Arrays.setAll(tokens, i -> seed * 100 + i);
    return tokens;
  }
}
