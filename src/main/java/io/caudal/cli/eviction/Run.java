package io.caudal.cli.eviction;

import io.caudal.kv.policy.KvEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive blocks that were always used together: a node in the tree of all prefixes, and what a
 * policy ranks. Some of its first blocks are in the simulated memory, or all, or none.
 */
final class Run extends KvEntry {
  /** A block that isn't full, at the end of a request. */
  boolean fragment;

  @Nullable Run parent;

  /** Blocks in memory. */
  int resident;

  /** Ways in which it was continued, in memory or not; fragments don't count. */
  int branches;

  /** The fragments that follow it. */
  final List<Run> fragments = new ArrayList<>(1);

  private int[] blocks;
  private int length;

  Run(long id, @Nullable Run parent, boolean fragment, int[] blocks) {
    super(id);
    this.parent = parent;
    this.fragment = fragment;
    this.blocks = blocks;
    this.length = blocks.length;
  }

  int length() {
    return length;
  }

  int block(int index) {
    return blocks[index];
  }

  /** How many of its blocks are those of {@code path} from {@code from} on. */
  int matching(int[] path, int from) {
    int most = Math.min(length, path.length - from);
    int n = 0;
    while (n < most && blocks[n] == path[from + n]) {
      n++;
    }
    return n;
  }

  void append(int[] path, int from, int to) {
    int more = to - from;
    if (length + more > blocks.length) {
      blocks = Arrays.copyOf(blocks, Math.max(length + more, length * 3 / 2));
    }
    System.arraycopy(path, from, blocks, length, more);
    length += more;
  }

  /** Takes the first {@code n} blocks out. */
  int[] takeFirst(int n) {
    int[] first = Arrays.copyOf(blocks, n);
    blocks = Arrays.copyOfRange(blocks, n, length);
    length -= n;
    return first;
  }
}
