package io.caudal.engine;

import io.caudal.kv.HostKv;
import io.caudal.kv.KvBlock;
import io.caudal.kv.TokenChain;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Beginnings that prompts of a tenant have in common are computed once for all step loops. Whoever
 * comes first computes; who comes while it does waits, once; who comes later finds the blocks in
 * the HOST tier. A beginning is shared when it is seen a second time, so prompts that nobody
 * repeats cost a hash for each block.
 *
 * <p>Blocks are named by hash chains as in vLLM's prefix caching. Safe for use by any thread.
 */
public final class SharedPrefixes {
  /** Blocks remembered as seen. */
  private static final int MEMORY = 65_536;

  private record Key(String tenant, long chainHash) {}

  private final HostKv host;
  private final int blockTokens;
  private final Map<Key, PrefixClaim> claims = new HashMap<>();
  private final Map<Key, Boolean> seen =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Boolean> eldest) {
          return size() > MEMORY;
        }
      };

  public SharedPrefixes(HostKv host, int blockTokens) {
    this.host = host;
    this.blockTokens = blockTokens;
  }

  boolean isOff() {
    return host.isOff();
  }

  int blockTokens() {
    return blockTokens;
  }

  /**
   * The blocks that the claim's sequence can begin with; it has to compute the others, and says so
   * with {@link #publish} and {@link #leave}.
   *
   * @param wake if given, runs when asking again is worth while; on any thread, once
   * @return null if the sequence is to wait for {@code wake}, for another computes more of it
   */
  synchronized @Nullable List<KvBlock> enter(PrefixClaim claim, @Nullable Runnable wake) {
    long[] chain = claim.chain();
    List<KvBlock> found = host.find(claim.tenant(), claim.tokens(), chain, blockTokens);
    PrefixClaim other = found.size() == chain.length ? null : claims.get(key(claim, found.size()));
    if (other != null && wake != null && other.priority() >= claim.priority()) {
      other.await(claim.common(other), wake);
      return null;
    }
    host.use(claim.tenant(), chain, found.size(), claim.session());
    claim.setPublished(found.size());
    for (int i = found.size(); i < chain.length; i++) {
      Key key = key(claim, i);
      claims.putIfAbsent(key, claim);
      if (seen.put(key, true) != null) {
        claim.want(i + 1);
      }
    }
    return found;
  }

  /** Hands over the claim's next block. */
  synchronized void publish(PrefixClaim claim, KvBlock block) {
    long parent = block.index() == 0 ? TokenChain.ROOT : claim.chain()[block.index() - 1];
    put(claim.tenant(), parent, block, claim.tokens(), claim.session(), 0);
    claims.remove(key(claim, block.index()), claim);
    claim.setPublished(block.index() + 1);
    claim.wake(block.index() + 1);
  }

  /** The claim's sequence has ended: what it has not published will not come. */
  synchronized void leave(PrefixClaim claim) {
    for (int i = claim.published(); i < claim.chain().length; i++) {
      claims.remove(key(claim, i), claim);
    }
    claim.wake(Integer.MAX_VALUE);
  }

  /**
   * The blocks that are in the HOST tier, from token 0 on without gaps. Who takes them says so.
   *
   * @param tokens of which the whole blocks are looked for
   */
  public List<KvBlock> find(String tenant, int[] tokens) {
    if (host.isOff()) {
      return List.of();
    }
    long[] chain = TokenChain.chain(tokens, tokens.length / blockTokens, blockTokens);
    return host.find(tenant, tokens, chain, blockTokens);
  }

  /** A session takes the first {@code blocks} blocks of those that were found. */
  public void take(String tenant, int[] tokens, int blocks, String session) {
    host.use(tenant, TokenChain.chain(tokens, blocks, blockTokens), blocks, session);
  }

  /**
   * Keeps whole blocks in the HOST tier.
   *
   * @param blocks without gaps
   * @param tokens of the sequence
   * @param session null for none
   * @param outputTokens that the turn generated; 0 if they are not of its own
   * @param counted whether the blocks before them were found here; if the turn has gone on from the
   *     device instead, it is of use to them here too
   */
  public void keep(
      String tenant,
      List<KvBlock> blocks,
      int[] tokens,
      @Nullable String session,
      int outputTokens,
      boolean counted) {
    if (host.isOff() || blocks.isEmpty()) {
      return;
    }
    int before = blocks.get(0).index();
    long[] chain = TokenChain.chain(tokens, before, blockTokens);
    if (!counted) {
      host.use(tenant, chain, before, session);
    }
    long parent = before == 0 ? TokenChain.ROOT : chain[before - 1];
    for (KvBlock block : blocks) {
      if (block.tokens() < blockTokens
          || !put(tenant, parent, block, tokens, session, outputTokens)) {
        return;
      }
      parent = block.chainHash();
    }
  }

  private boolean put(
      String tenant,
      long parent,
      KvBlock block,
      int[] tokens,
      @Nullable String session,
      int outputTokens) {
    int first = block.index() * blockTokens;
    int[] own = Arrays.copyOfRange(tokens, first, first + blockTokens);
    return host.put(tenant, parent, block, own, session, outputTokens);
  }

  private static Key key(PrefixClaim claim, int block) {
    return new Key(claim.tenant(), claim.chain()[block]);
  }
}
