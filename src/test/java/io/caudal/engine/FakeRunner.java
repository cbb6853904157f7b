package io.caudal.engine;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.kv.KvDtype;
import io.caudal.kv.KvShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A model whose KV is the tokens themselves and whose next token is a hash over all KV, so that any
 * KV that is missing, moved or mixed up changes the answer. Token 0 ends an answer.
 */
final class FakeRunner implements ModelRunner {
  static final int VOCABULARY = 97;
  static final int CONTEXT = 512;

  /** Tokens until an answer repeats itself, if it does. */
  static final int CIRCLE = 7;

  private final Map<Integer, int[]> kv = new HashMap<>();
  private final int slots;
  private final int context;
  int steps;
  int tokensOfLastStep;
  int tokensComputed;
  int tokensImported;

  /** An import is out of memory. */
  boolean noMemoryToImport;

  /** An export is out of memory. */
  boolean noMemoryToExport;

  /** Memory for more sequences' KV there is not. */
  int mostSequences = Integer.MAX_VALUE;

  private final Set<Integer> prepared = new HashSet<>();

  /** A larger step is out of memory. */
  int mostTokensAStep = Integer.MAX_VALUE;

  /** A longer sequence is out of memory. */
  int mostTokensASequence = Integer.MAX_VALUE;

  /** The next token depends on the last one only, so that answers go round in circles. */
  boolean circles;

  /** A step with this token fails; -1 for none. */
  int poison = -1;

  FakeRunner(int slots) {
    this(slots, CONTEXT);
  }

  FakeRunner(int slots, int context) {
    this.slots = slots;
    this.context = context;
  }

  /** What the model answers to a context, by definition. */
  static int next(int[] tokens, int length) {
    int hash = 17;
    for (int i = 0; i < length; i++) {
      hash = hash * 31 + tokens[i] * 7 + i;
    }
    return Math.floorMod(hash ^ (hash >>> 13), VOCABULARY);
  }

  @Override
  public ModelInfo model() {
    return new ModelInfo(
        "fake", 1, context, VOCABULARY, Set.of(0), new KvShape(1, 1, 1, KvDtype.FP32));
  }

  @Override
  public int slots() {
    return slots;
  }

  @Override
  public void reserve(int slot, int capacityTokens) {
    kv.merge(slot, new int[capacityTokens], (old, fresh) -> Arrays.copyOf(old, capacityTokens));
  }

  @Override
  public void prepare(int slot) {
    if (!prepared.contains(slot) && prepared.size() >= mostSequences) {
      throw new CaudalException(ErrorCode.OUT_OF_MEMORY, "no KV for another sequence");
    }
    prepared.add(slot);
  }

  @Override
  public void release(int slot) {
    prepared.remove(slot);
    kv.remove(slot);
  }

  @Override
  public void importKv(int slot, int firstToken, int tokens, List<ByteBuffer> blocks) {
    if (noMemoryToImport) {
      throw new CaudalException(ErrorCode.OUT_OF_MEMORY, "no import");
    }
    tokensImported += tokens * blocks.size();
    int position = firstToken;
    for (ByteBuffer block : blocks) {
      for (int i = 0; i < tokens; i++) {
        room(slot)[position++] = block.getInt(i * 4);
      }
    }
  }

  @Override
  public ByteBuffer exportKv(int slot, int firstToken, int tokens) {
    if (noMemoryToExport) {
      throw new CaudalException(ErrorCode.OUT_OF_MEMORY, "no export");
    }
    ByteBuffer data = ByteBuffer.allocate(tokens * 8).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < tokens; i++) {
      data.putInt(i * 4, room(slot)[firstToken + i]);
    }
    return data;
  }

  @Override
  public List<Prediction> forward(List<Chunk> chunks) {
    for (Chunk chunk : chunks) {
      if (Arrays.stream(chunk.tokens()).anyMatch(token -> token == poison)) {
        throw new IllegalStateException("poison");
      }
    }
    if (chunks.stream().mapToInt(chunk -> chunk.tokens().length).sum() > mostTokensAStep) {
      throw new CaudalException(ErrorCode.OUT_OF_MEMORY, "too many tokens");
    }
    if (chunks.stream()
        .anyMatch(chunk -> chunk.firstPosition() + chunk.tokens().length > mostTokensASequence)) {
      throw new CaudalException(ErrorCode.OUT_OF_MEMORY, "too long a sequence");
    }
    steps++;
    tokensOfLastStep = chunks.stream().mapToInt(chunk -> chunk.tokens().length).sum();
    return chunks.stream().peek(this::compute).flatMap(this::predictions).toList();
  }

  @Override
  public void close() {
    kv.clear();
  }

  private void compute(Chunk chunk) {
    tokensComputed += chunk.tokens().length;
    System.arraycopy(
        chunk.tokens(), 0, room(chunk.slot()), chunk.firstPosition(), chunk.tokens().length);
  }

  private Stream<Prediction> predictions(Chunk chunk) {
    int end = chunk.firstPosition() + chunk.tokens().length;
    return IntStream.rangeClosed(end - chunk.predictions() + 1, end)
        .mapToObj(
            length -> {
              int last = room(chunk.slot())[length - 1];
              int next = circles ? last % CIRCLE + 1 : next(room(chunk.slot()), length);
              if (chunk.wanted() == Wanted.LIKELIEST) {
                return Prediction.of(next);
              }
              float[] row = new float[VOCABULARY];
              row[next] = 1;
              return chunk.wanted() instanceof Draw draw
                  ? Prediction.of(Sampler.drawn(row, draw, length))
                  : Prediction.of(row);
            });
  }

  private int[] room(int slot) {
    int[] room = kv.get(slot);
    if (room == null) {
      throw new IllegalStateException("slot " + slot + " has no room");
    }
    return room;
  }
}
