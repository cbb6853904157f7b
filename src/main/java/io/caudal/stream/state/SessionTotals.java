package io.caudal.stream.state;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.jspecify.annotations.Nullable;

/**
 * How many sessions a subtask holds, and what they take in state: sums that are kept up to date,
 * for counting would read them all. Stored by key group, which is what moves between subtasks. The
 * task thread writes, any thread reads.
 */
public final class SessionTotals {
  /** Entries are key group, sessions, tokens, KV bytes. */
  public static final ListStateDescriptor<long[]> STATE =
      new ListStateDescriptor<>(
          "session-totals", PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO);

  private static final int SESSIONS = 1;
  private static final int TOKENS = 2;
  private static final int BYTES = 3;
  private static final int FIELDS = 4;

  private final ListState<long[]> stored;
  private final Map<Integer, long[]> groups = new HashMap<>();
  private volatile long sessions;
  private volatile long tokens;
  private volatile long kvBytes;

  /**
   * @param stored union state of {@link #STATE}
   * @param own the subtask's key groups
   */
  public SessionTotals(ListState<long[]> stored, KeyGroupRange own) throws Exception {
    this.stored = stored;
    for (long[] group : stored.get()) {
      if (own.contains((int) group[0])) {
        groups.put((int) group[0], group.clone());
      }
    }
    sum();
  }

  /** Sessions that remember something. */
  public long sessions() {
    return sessions;
  }

  /** Tokens that they remember. */
  public long tokens() {
    return tokens;
  }

  /** Bytes of their KV in state. */
  public long kvBytes() {
    return kvBytes;
  }

  /** A session has changed; null where it isn't there. */
  void change(int keyGroup, @Nullable SessionHeader before, @Nullable SessionHeader after) {
    long[] group = groups.computeIfAbsent(keyGroup, SessionTotals::empty);
    add(group, before, -1);
    add(group, after, 1);
    sum();
  }

  /** Puts the sums into the checkpoint that is being taken. */
  public void store() throws Exception {
    stored.clear();
    for (long[] group : groups.values()) {
      stored.add(group.clone());
    }
  }

  private static long[] empty(int keyGroup) {
    long[] group = new long[FIELDS];
    group[0] = keyGroup;
    return group;
  }

  private static void add(long[] group, @Nullable SessionHeader session, int sign) {
    if (session != null && session.tokens() > 0) {
      group[SESSIONS] += sign;
      group[TOKENS] += (long) sign * session.tokens();
      group[BYTES] += sign * session.kvBytes();
    }
  }

  private void sum() {
    sessions = groups.values().stream().mapToLong(group -> group[SESSIONS]).sum();
    tokens = groups.values().stream().mapToLong(group -> group[TOKENS]).sum();
    kvBytes = groups.values().stream().mapToLong(group -> group[BYTES]).sum();
  }
}
