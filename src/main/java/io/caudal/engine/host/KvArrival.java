package io.caudal.engine.host;

import io.caudal.kv.KvBlock;
import java.util.ArrayList;
import java.util.List;

/**
 * KV of a session that is read from state while the loop that its turn goes to takes memory for it
 * and writes what has come: either takes about as long. It begins with what is off the heap. Owned
 * by the thread that reads.
 */
public final class KvArrival {
  /** Bytes handed over at a time: much less than a session's, much more than a call costs. */
  private static final long PART_BYTES = 4 << 20;

  private final StepLoop loop;
  private final String session;
  private final int[] context;
  private final List<KvBlock> blocks = new ArrayList<>();
  private final int offHeap;
  private int handed;
  private long pendingBytes;

  /** No room for a part, so none for the next. Loop's thread. */
  private boolean refused;

  KvArrival(StepLoop loop, String session, int[] context, List<KvBlock> offHeap) {
    this.loop = loop;
    this.session = session;
    this.context = context;
    loop.unfinished().incrementAndGet(); // the next arrival goes elsewhere if it can
    hand(List.of());
    offHeap.forEach(this::add);
    this.offHeap = blocks.size();
  }

  /** The next block from the session's first on. */
  public void add(KvBlock block) {
    blocks.add(block);
    pendingBytes += block.data().remaining();
    if (pendingBytes >= PART_BYTES) {
      hand(List.copyOf(blocks.subList(handed, blocks.size())));
      handed = blocks.size();
      pendingBytes = 0;
    }
  }

  private void hand(List<KvBlock> part) {
    loop.execute(() -> refused = refused || !loop.engine().receive(session, context, part));
  }

  /** All that has come. */
  List<KvBlock> blocks() {
    return blocks;
  }

  /** Of these, what has been read. */
  List<KvBlock> read() {
    return blocks.subList(offHeap, blocks.size());
  }

  /** Tokens that have been read. */
  public int readTokens() {
    return read().stream().mapToInt(KvBlock::tokens).sum();
  }

  /** The turn will not be submitted. */
  public void abandon() {
    end();
    loop.execute(() -> loop.engine().abandon(session));
  }

  /** Once: the turn is submitted, or will not be. */
  void end() {
    loop.unfinished().decrementAndGet();
  }

  StepLoop loop() {
    return loop;
  }
}
