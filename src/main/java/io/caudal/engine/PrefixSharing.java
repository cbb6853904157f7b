package io.caudal.engine;

import io.caudal.kv.KvBlock;
import io.caudal.kv.TokenChain;
import io.caudal.schedule.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One step loop's part in {@link SharedPrefixes}. Owned by the thread that steps the engine. */
final class PrefixSharing {
  private final SharedPrefixes prefixes;
  private final DeviceKv kv;
  private final Map<Sequence, PrefixClaim> claims = new HashMap<>();
  private final Set<Sequence> waiting = new LinkedHashSet<>();

  /** Tokens that sequences found computed by others; 0 for one that had its KV at hand. */
  private final Map<Sequence, Integer> shared = new HashMap<>();

  PrefixSharing(SharedPrefixes prefixes, DeviceKv kv) {
    this.prefixes = prefixes;
    this.kv = kv;
  }

  /**
   * All blocks that the sequence can begin with: what others have computed of its prompt, and its
   * own.
   *
   * @param own blocks of its session that are at hand
   * @param wake null if it must not wait
   * @return null if it is to wait until {@code wake} runs
   */
  @Nullable List<KvBlock> enter(
      Sequence sequence, Generation generation, List<KvBlock> own, @Nullable Runnable wake) {
    waiting.remove(sequence);
    int promptTokens = generation.promptTokens();
    String session = sequence.sessionId();
    boolean begun = !own.isEmpty() && own.get(0).index() == 0;
    boolean resident = session != null && kv.residentTokens(session) > 0;
    // One token has to be computed, for its logits.
    int blocks = (promptTokens - 1) / prefixes.blockTokens();
    if (begun) {
      shared.put(sequence, 0);
    }
    if (prefixes.isOff() || begun || resident || blocks == 0) {
      return own;
    }
    int[] tokens = sequence.tokens().copy(0, promptTokens);
    PrefixClaim claim =
        new PrefixClaim(
            sequence.tenant(),
            generation.owner(),
            sequence.priority(),
            tokens,
            TokenChain.chain(tokens, blocks, prefixes.blockTokens()));
    if (!own.isEmpty()) {
      claim.want(own.get(0).index()); // its state lacks what others were known to share
    }
    List<KvBlock> found = prefixes.enter(claim, wake);
    if (found == null) {
      waiting.add(sequence);
      return null;
    }
    claims.put(sequence, claim);
    shared.put(sequence, found.size() * prefixes.blockTokens());
    List<KvBlock> all = new ArrayList<>(found);
    own.stream().filter(block -> block.index() >= found.size()).forEach(all::add);
    return all;
  }

  /** Hands over what the sequence has computed by now and others want. */
  void publish(Sequence sequence) {
    PrefixClaim claim = claims.get(sequence);
    if (claim == null) {
      return;
    }
    int ready = Math.min(claim.wanted(), sequence.computed() / prefixes.blockTokens());
    if (ready > claim.published()) {
      int tokens = prefixes.blockTokens();
      kv.export(sequence, claim.published() * tokens, ready * tokens)
          .forEach(block -> prefixes.publish(claim, block));
    }
  }

  /** Tokens from which on the session's KV is to be exported at the end. */
  int stored(Sequence sequence, Generation generation) {
    int stored = generation.storedTokens();
    return stored == 0 ? shared.getOrDefault(sequence, 0) : stored;
  }

  /** Keeps what a session's turn has added in the HOST tier. */
  void keep(Sequence sequence, List<KvBlock> blocks, int outputTokens) {
    if (prefixes.isOff() || blocks.isEmpty()) {
      return;
    }
    int[] tokens = sequence.tokens().copy(0, sequence.computed());
    boolean counted = shared.containsKey(sequence);
    prefixes.keep(sequence.tenant(), blocks, tokens, sequence.sessionId(), outputTokens, counted);
  }

  /** Takes out those that wait beyond their deadlines. */
  List<Sequence> expired(long nowMillis) {
    List<Sequence> expired =
        waiting.stream().filter(one -> one.deadlineMillis() < nowMillis).toList();
    expired.forEach(waiting::remove);
    return expired;
  }

  /** The sequence has ended. */
  void leave(Sequence sequence) {
    waiting.remove(sequence);
    shared.remove(sequence);
    PrefixClaim claim = claims.remove(sequence);
    if (claim != null) {
      prefixes.leave(claim);
    }
  }
}
