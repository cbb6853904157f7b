package io.caudal.kv;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which sessions use which blocks, so that the last one takes a block with it when it ends. A block
 * of too many, or of a request without session, is everybody's, and nobody takes it. Guarded by its
 * owner.
 *
 * @param <B> names of blocks
 */
final class BlockUsers<B> {
  /** A block of more sessions is everybody's. */
  static final int MOST = 64;

  /** No entry: everybody's. */
  private final Map<B, Set<String>> users = new HashMap<>();

  private final Map<String, Set<B>> blocks = new HashMap<>();

  /**
   * A block that is new here.
   *
   * @param user null for everybody
   */
  void begin(B block, @Nullable String user) {
    if (user != null) {
      users.put(block, new HashSet<>());
      use(block, user);
    }
  }

  /** A session uses a block that is here. */
  void use(B block, @Nullable String user) {
    Set<String> own = users.get(block);
    if (user == null || own == null || own.contains(user)) {
      return;
    }
    if (own.size() == MOST) {
      end(block);
      return;
    }
    own.add(user);
    blocks.computeIfAbsent(user, name -> new HashSet<>()).add(block);
  }

  /** The block is here no more, or everybody's from now on. */
  void end(B block) {
    Set<String> own = users.remove(block);
    if (own == null) {
      return;
    }
    own.forEach(user -> forget(block, user));
  }

  private void forget(B block, String user) {
    Set<B> left = blocks.get(user);
    if (left != null && left.remove(block) && left.isEmpty()) {
      blocks.remove(user);
    }
  }

  /** The blocks that a session uses; a copy. */
  List<B> of(String user) {
    return List.copyOf(blocks.getOrDefault(user, Set.of()));
  }

  int count(String user) {
    return blocks.getOrDefault(user, Set.of()).size();
  }

  /** The session uses the block no more; says whether nobody else does. */
  boolean leave(B block, String user) {
    Set<String> own = users.get(block);
    if (own == null || !own.remove(user)) {
      return false;
    }
    forget(block, user);
    return own.isEmpty();
  }

  /** Whether one of these sessions uses the block. */
  boolean isUsedBy(B block, Set<String> some) {
    Set<String> own = some.isEmpty() ? null : users.get(block);
    return own != null && own.stream().anyMatch(some::contains);
  }
}
