package io.caudal.kv.policy;

/**
 * Kinds of entries that come back alike, as leaves of a tree whose inner nodes are wider kinds: a
 * leaf that has seen little is judged by its parent.
 *
 * <p>What tells most about a conversation's return: how often it has come back, how long it took
 * lately, and, before its first return, whether it got a real answer and whether what it builds on
 * has been continued in other ways (a prompt that is edited each turn, a system prompt).
 */
final class Traits {
  private static final int ROOT = 0;
  private static final int FRAGMENT = 1;
  private static final int ONCE = 2;
  private static final int TAIL = 3;
  private static final int SHARED = 4;
  private static final int KINDS = 5;

  private static final int BRANCH_GROUPS = 4;
  private static final int USE_GROUPS = 6;
  private static final int OUTPUTS = 6;
  private static final int GAPS = 12;

  private static final int FIRST_GROUP = KINDS;
  private static final int GROUPS = BRANCH_GROUPS + 2 * USE_GROUPS;
  private static final int FIRST_ONCE = FIRST_GROUP + GROUPS;
  private static final int FIRST_AGAIN = FIRST_ONCE + BRANCH_GROUPS * OUTPUTS;

  /** Nodes of the tree; parents have lower numbers than their children. */
  static final int COUNT = FIRST_AGAIN + 2 * USE_GROUPS * GAPS;

  private Traits() {}

  /** The leaf for an entry as it is after {@code use}. */
  static int of(KvEntry entry, Use use) {
    return switch (use.kind()) {
      case FRAGMENT -> FRAGMENT;
      case SESSION -> entry.uses == 1 ? once(use) : again(0, entry);
      case SHARED -> again(1, entry);
    };
  }

  /** The wider kind; the root is its own. */
  static int parent(int node) {
    if (node < KINDS) {
      return ROOT;
    }
    if (node < FIRST_ONCE) {
      int group = node - FIRST_GROUP;
      if (group < BRANCH_GROUPS) {
        return ONCE;
      }
      return group < BRANCH_GROUPS + USE_GROUPS ? TAIL : SHARED;
    }
    if (node < FIRST_AGAIN) {
      return FIRST_GROUP + (node - FIRST_ONCE) / OUTPUTS;
    }
    return FIRST_GROUP + BRANCH_GROUPS + (node - FIRST_AGAIN) / GAPS;
  }

  /** Whether entries are of this kind themselves, and of no narrower one. */
  static boolean isLeaf(int node) {
    return node == FRAGMENT || node >= FIRST_ONCE;
  }

  private static int once(Use use) {
    int branches = log2(use.branches() - 1, 0, BRANCH_GROUPS - 1);
    int output = log2(use.outputTokens(), 4, OUTPUTS - 1);
    return FIRST_ONCE + branches * OUTPUTS + output;
  }

  private static int again(int shared, KvEntry entry) {
    int uses = entry.uses < 4 ? entry.uses - 1 : log2(entry.uses, -1, USE_GROUPS - 1);
    int gap = entry.gapMillis < 0 ? 0 : log2(entry.gapMillis / 1000, 1, GAPS - 1);
    return FIRST_AGAIN + (shared * USE_GROUPS + uses) * GAPS + gap;
  }

  /** floor(log2(n)) - base, from 0 to {@code most}. */
  private static int log2(long n, int base, int most) {
    int log = 63 - Long.numberOfLeadingZeros(Math.max(1, n));
    return Math.max(0, Math.min(most, log - base));
  }
}
