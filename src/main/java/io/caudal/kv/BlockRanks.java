package io.caudal.kv;

import io.caudal.config.Eviction;
import io.caudal.kv.policy.EvictionPolicy;
import io.caudal.kv.policy.KvEntry;
import io.caudal.kv.policy.Policies;
import io.caudal.kv.policy.Use;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which of a tier's blocks makes way next, by a policy: of each chain the end first, for a block is
 * of no use without those before it. The policy also knows blocks that were here lately, so that it
 * learns when such come back. Guarded by its owner.
 *
 * @param <B> names of blocks
 */
final class BlockRanks<B> {
  private static final class Node<B> extends KvEntry {
    private final B name;
    private final @Nullable B parentName;
    private final int size;
    private @Nullable Node<B> parent;

    /** Blocks that have ever come behind it. */
    private int branches;

    /** Ways in which what it builds on has been continued, when it was used last. */
    private int ways;

    /** Whether chains part behind it. */
    private boolean shared;

    private boolean forgotten;

    Node(long id, B name, @Nullable B parentName, int size) {
      super(id);
      this.name = name;
      this.parentName = parentName;
      this.size = size;
    }
  }

  private final Map<B, Node<B>> here = new LinkedHashMap<>();
  private final Map<B, Node<B>> away;

  /** Those that are passed over until {@link #letGo}, the first first. */
  private final Set<Node<B>> held = new LinkedHashSet<>();

  private Eviction policyName = Eviction.ADAPTIVE;
  private EvictionPolicy<Node<B>> policy = Policies.of(policyName, Long.MAX_VALUE);
  private long nodes;
  private int roots;

  /**
   * @param remembered blocks that the policy knows at most, besides those that are here
   */
  BlockRanks(int remembered) {
    this.away =
        new LinkedHashMap<>() {
          @Override
          protected boolean removeEldestEntry(Map.Entry<B, Node<B>> eldest) {
            if (size() <= remembered) {
              return false;
            }
            end(eldest.getValue());
            return true;
          }
        };
  }

  /** A live setting. The new policy begins with what is here, in the order in which it came. */
  void setPolicy(Eviction name, long nowMillis) {
    if (name == policyName) {
      return;
    }
    policyName = name;
    policy = Policies.of(name, Long.MAX_VALUE);
    Map<B, Node<B>> before = new LinkedHashMap<>(here);
    here.clear();
    away.clear();
    held.clear();
    roots = 0;
    before.forEach((block, node) -> put(block, node.parentName, node.size, 0, nowMillis));
  }

  /**
   * The block is here now.
   *
   * @param parent the block before it; null for none
   * @param tokens of the block
   * @param outputTokens that the request generated which it comes from
   */
  void put(B block, @Nullable B parent, int tokens, int outputTokens, long nowMillis) {
    Node<B> node = away.remove(block);
    if (node == null) {
      node = new Node<>(nodes++, block, parent, tokens);
      node.parent = parent == null ? null : known(parent);
      branch(node.parent);
    } else if (parent != null && (node.parent == null || node.parent.forgotten)) {
      node.parent = known(parent);
    }
    here.put(block, node);
    if (node.parent != null && !node.parent.forgotten) {
      policy.pin(node.parent);
    }
    use(node, outputTokens, nowMillis);
    policy.resized(node, tokens);
  }

  /** A request begins with a block that is here. */
  void used(B block, long nowMillis) {
    Node<B> node = here.get(block);
    if (node != null) {
      use(node, 0, nowMillis);
    }
  }

  /**
   * The block is here no more.
   *
   * @param remembered whether it may come back
   */
  void drop(B block, boolean remembered) {
    Node<B> node = here.remove(block);
    if (node == null) {
      return;
    }
    if (held.remove(node)) {
      policy.unpin(node);
    }
    policy.resized(node, 0);
    if (node.parent != null && !node.parent.forgotten) {
      policy.unpin(node.parent);
    }
    if (remembered) {
      away.put(block, node);
    } else {
      end(node);
    }
  }

  /** Who makes way next; null if nobody does who isn't held. */
  @Nullable B victim(long nowMillis) {
    Node<B> victim = policy.victim(nowMillis);
    return victim == null ? null : victim.name;
  }

  /** The block is no victim for now, nor is what it builds on. */
  void hold(B block) {
    Node<B> node = here.get(block);
    if (node != null && held.add(node)) {
      policy.pin(node);
    }
  }

  /** The block may be a victim again. */
  void letGo(B block) {
    Node<B> node = here.get(block);
    if (node != null && held.remove(node)) {
      policy.unpin(node);
    }
  }

  /** The one held or used longest ago may be a victim again; false if nobody is held. */
  boolean letGoFirst() {
    Iterator<Node<B>> first = held.iterator();
    if (!first.hasNext()) {
      return false;
    }
    policy.unpin(first.next());
    first.remove();
    return true;
  }

  /** Nobody is held any more. */
  void letGo() {
    held.forEach(policy::unpin);
    held.clear();
  }

  private @Nullable Node<B> known(B block) {
    Node<B> node = here.get(block);
    return node == null ? away.get(block) : node;
  }

  /** A block that was never seen comes behind this one. */
  private void branch(@Nullable Node<B> parent) {
    if (parent == null) {
      roots++;
      return;
    }
    parent.branches++;
    if (parent.branches > 1) {
      for (Node<B> one = parent; one != null && !one.shared; one = one.parent) {
        one.shared = true;
      }
    }
  }

  private void use(Node<B> node, int outputTokens, long nowMillis) {
    if (held.remove(node)) {
      held.add(node); // as the last one
    }
    Node<B> parent = node.parent;
    if (parent == null) {
      node.ways = roots;
    } else {
      node.ways = parent.branches > 1 ? parent.branches : parent.ways;
    }
    Use.Kind kind = node.shared ? Use.Kind.SHARED : Use.Kind.SESSION;
    policy.used(node, new Use(kind, node.ways, outputTokens, 1), nowMillis);
  }

  private void end(Node<B> node) {
    node.forgotten = true;
    node.parent = null;
    policy.forget(node);
  }
}
