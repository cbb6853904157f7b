package io.caudal.engine.host;

import io.caudal.engine.Chunk;
import io.caudal.engine.EngineClock;
import io.caudal.engine.ModelInfo;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.Prediction;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Tells any thread how long a model's forward pass has been going on. What its caller's thread
 * wrote before the pass is visible to whoever saw the pass going on.
 */
final class WatchedRunner implements ModelRunner {
  private final ModelRunner runner;
  private volatile boolean busy;
  private volatile long begunNanos;

  WatchedRunner(ModelRunner runner) {
    this.runner = runner;
  }

  /** Any thread. */
  boolean isBusyFor(long nanos, long nowNanos) {
    return busy && nowNanos - begunNanos > nanos;
  }

  @Override
  public List<Prediction> forward(List<Chunk> chunks) {
    begunNanos = EngineClock.SYSTEM.nanos();
    busy = true;
    try {
      return runner.forward(chunks);
    } finally {
      busy = false;
    }
  }

  @Override
  public ModelInfo model() {
    return runner.model();
  }

  @Override
  public int slots() {
    return runner.slots();
  }

  @Override
  public void reserve(int slot, int capacityTokens) {
    runner.reserve(slot, capacityTokens);
  }

  @Override
  public void prepare(int slot) {
    runner.prepare(slot);
  }

  @Override
  public void release(int slot) {
    runner.release(slot);
  }

  @Override
  public void importKv(int slot, int firstToken, int tokens, List<ByteBuffer> blocks) {
    runner.importKv(slot, firstToken, tokens, blocks);
  }

  @Override
  public ByteBuffer exportKv(int slot, int firstToken, int tokens) {
    return runner.exportKv(slot, firstToken, tokens);
  }

  @Override
  public void rest() {
    runner.rest();
  }

  @Override
  public void close() {
    runner.close();
  }
}
