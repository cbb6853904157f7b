package io.caudal.stream.state;

import io.caudal.protocol.Result;
import io.caudal.protocol.SessionChunk;
import java.util.Arrays;
import java.util.function.IntSupplier;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.jspecify.annotations.Nullable;

/**
 * The current session's memory in keyed state: a small header, token ids and KV in blocks, recent
 * results. A turn writes its own tokens and blocks, whatever the session's length. Task thread
 * only, with a key set.
 */
public final class SessionStore {
  /** Ids in one entry of the token state. */
  private static final int TOKEN_BLOCK = 512;

  /** The state that each session has something in. */
  public static final String HEADER = "session";

  private final SessionTotals totals;
  private final IntSupplier keyGroup;
  private final ValueState<SessionHeader> header;
  private final MapState<Integer, int[]> tokens;
  private final MapState<Integer, byte[]> blocks;
  private final MapState<String, Result> results;
  private final MapState<Integer, byte[]> staged;
  private final ValueState<SessionChunk> lastStaged;

  /**
   * @param keyGroup of the current key
   */
  public SessionStore(RuntimeContext context, SessionTotals totals, IntSupplier keyGroup) {
    this.totals = totals;
    this.keyGroup = keyGroup;
    header = context.getState(new ValueStateDescriptor<>(HEADER, WireTypes.SESSION_HEADER));
    tokens =
        context.getMapState(
            new MapStateDescriptor<>(
                "session-tokens", Types.INT, PrimitiveArrayTypeInfo.INT_PRIMITIVE_ARRAY_TYPE_INFO));
    blocks =
        context.getMapState(
            new MapStateDescriptor<>(
                "session-kv", Types.INT, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    results =
        context.getMapState(
            new MapStateDescriptor<>("session-results", Types.STRING, WireTypes.RESULT));
    staged =
        context.getMapState(
            new MapStateDescriptor<>(
                "session-import",
                Types.INT,
                PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    lastStaged =
        context.getState(
            new ValueStateDescriptor<>("session-import-last", WireTypes.SESSION_CHUNK));
  }

  /** Null if nothing is known of the session. */
  public @Nullable SessionHeader header() throws Exception {
    return header.value();
  }

  public void setHeader(SessionHeader value) throws Exception {
    totals.change(keyGroup.getAsInt(), header.value(), value);
    header.update(value);
  }

  /** The session's first {@code count} token ids. */
  public int[] tokens(int count) throws Exception {
    int[] all = new int[count];
    for (int from = 0; from < count; from += TOKEN_BLOCK) {
      int[] block = tokens.get(from / TOKEN_BLOCK);
      System.arraycopy(block, 0, all, from, Math.min(TOKEN_BLOCK, count - from));
    }
    return all;
  }

  /** Writes the token ids from position {@code from} on; {@code all} begins at position 0. */
  public void putTokens(int[] all, int from) throws Exception {
    for (int first = from - from % TOKEN_BLOCK; first < all.length; first += TOKEN_BLOCK) {
      int[] block = Arrays.copyOfRange(all, first, Math.min(all.length, first + TOKEN_BLOCK));
      tokens.put(first / TOKEN_BLOCK, block);
    }
  }

  /** An encoded KV block; null if there is none. */
  public byte @Nullable [] block(int index) throws Exception {
    return blocks.get(index);
  }

  public void putBlock(int index, byte[] encoded) throws Exception {
    blocks.put(index, encoded);
  }

  /** Bytes of all KV blocks; reads them. */
  public long blockBytes() throws Exception {
    long bytes = 0;
    for (byte[] block : blocks.values()) {
      bytes += block.length;
    }
    return bytes;
  }

  public void clearBlocks() {
    blocks.clear();
  }

  /** The stored result of a request; null if it is not among the recent ones. */
  public @Nullable Result result(String requestId) throws Exception {
    return results.get(requestId);
  }

  /** Keeps a result, and of the older ones the last {@code most - 1}; returns the new header. */
  public SessionHeader remember(Result result, long nowMillis, int most) throws Exception {
    SessionHeader current = header.value();
    SessionHeader next =
        (current == null ? SessionHeader.fresh(nowMillis) : current)
            .used(nowMillis, result.requestId());
    results.put(result.requestId(), result);
    while (next.recent().size() > most) {
      results.remove(next.recent().get(0));
      next = next.withoutOldest();
    }
    header.update(next);
    return next;
  }

  /** The chunk that was put aside last, without its data; null if none is. */
  public @Nullable SessionChunk lastStaged() throws Exception {
    return lastStaged.value();
  }

  /** Puts a chunk of an imported session aside. */
  public void stage(SessionChunk chunk) throws Exception {
    staged.put(chunk.sequence(), StagedChunk.write(chunk));
    lastStaged.update(
        new SessionChunk(
            chunk.exportId(),
            chunk.sequence(),
            chunk.total(),
            chunk.origin(),
            chunk.kind(),
            chunk.index(),
            chunk.part(),
            new byte[0]));
  }

  /** A chunk that was put aside. */
  public StagedChunk staged(int sequence) throws Exception {
    return StagedChunk.read(staged.get(sequence));
  }

  public void clearStaged() {
    staged.clear();
    lastStaged.clear();
  }

  /** Forgets the session, but not what is put aside. */
  public void clear() throws Exception {
    SessionHeader current = header.value();
    totals.change(keyGroup.getAsInt(), current, null);
    header.clear();
    if (current == null || current.tokens() > 0) { // to find nothing takes RocksDB long, too
      tokens.clear();
      blocks.clear();
    }
    results.clear();
  }
}
