package io.caudal.engine.torch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import io.caudal.engine.Chunk;
import io.caudal.engine.ModelInfo;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.Prediction;
import io.caudal.engine.Wanted;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Steps one decoder module; KV lies in {@link KvArenas} inside the module. A slot's place grows
 * with what is written, so a reservation is a limit, not yet memory.
 */
final class TorchRunner implements ModelRunner {
  /** Of KV that is imported: what still is in a core's cache when it is read again. */
  private static final long MOST_BYTES_A_CALL = 4 << 20;

  private final DecoderModule module;
  private final ModelInfo info;
  private final KvArenas kv;
  private final CoreShares.Share cores;

  /** Positions each slot has room for; 0 for an empty one. */
  private final int[] capacity;

  /** Positions of each slot that were ever written. */
  private final int[] written;

  private boolean warm;

  TorchRunner(
      DecoderModule module, ModelInfo info, int slots, CoreShares.Share cores, KvArenas.Cut cut) {
    this.module = module;
    this.info = info;
    this.cores = cores;
    this.capacity = new int[slots];
    this.written = new int[slots];
    this.kv = new KvArenas(module, slots, info.kv().kvHeads(), info.kv().bytesPerToken(), cut);
  }

  @Override
  public ModelInfo model() {
    return info;
  }

  @Override
  public int slots() {
    return capacity.length;
  }

  @Override
  public void reserve(int slot, int capacityTokens) {
    capacity[slot] = Math.max(capacity[slot], capacityTokens);
  }

  @Override
  public void prepare(int slot) {
    hold(slot);
  }

  @Override
  public void release(int slot) {
    kv.free(slot);
    capacity[slot] = 0;
    written[slot] = 0;
  }

  @Override
  public void importKv(int slot, int firstToken, int tokens, List<ByteBuffer> blocks) {
    checkRoom(slot, firstToken, tokens * blocks.size());
    long wanted = (long) tokens * info.kv().bytesPerToken();
    for (ByteBuffer block : blocks) {
      if (block.remaining() != wanted) {
        throw new IllegalArgumentException(
            String.format(
                "%d tokens of KV are %d bytes, not %d", tokens, wanted, block.remaining()));
      }
    }
    if (tokens == 0) {
      return;
    }
    int most = (int) Math.max(1, MOST_BYTES_A_CALL / wanted);
    for (int from = 0; from < blocks.size(); from += most) {
      List<ByteBuffer> some = blocks.subList(from, Math.min(blocks.size(), from + most));
      importSome(slot, firstToken + from * tokens, tokens, some);
    }
  }

  private void importSome(int slot, int firstToken, int tokens, List<ByteBuffer> blocks) {
    hold(slot);
    module.runWithBytes(
        "import_kv",
        blocks.size() == 1 && blocks.get(0).remaining() > MOST_BYTES_A_CALL
            ? blocks.get(0)
            : module.joined(blocks),
        IValue.from(kv.arena(slot)),
        IValue.from(kv.place(slot)),
        IValue.from(firstToken),
        IValue.from(tokens));
    written[slot] = Math.max(written[slot], firstToken + blocks.size() * tokens);
  }

  @Override
  public ByteBuffer exportKv(int slot, int firstToken, int tokens) {
    Objects.checkFromIndexSize(firstToken, tokens, written[slot]);
    return module.callForTensor(
        "export_kv",
        tensor -> tensor.toByteBuffer(false),
        IValue.from(kv.arena(slot)),
        IValue.from(kv.place(slot)),
        IValue.from(firstToken),
        IValue.from(tokens));
  }

  @Override
  public List<Prediction> forward(List<Chunk> chunks) {
    for (Chunk chunk : chunks) {
      check(chunk);
      hold(chunk.slot());
    }
    StepInput input = StepInput.of(chunks, kv, info.kv().kvHeads());
    TorchRuntime.splitOver(cores.threads(input.tokens().length));
    List<Prediction> predictions =
        module.callForTensors(
            "step", of -> predictions(of[0], of[1], input, chunks), input.arguments());
    for (Chunk chunk : chunks) {
      int end = chunk.firstPosition() + chunk.tokens().length;
      written[chunk.slot()] = Math.max(written[chunk.slot()], end);
    }
    return predictions;
  }

  /** Takes the slot's memory. */
  private void hold(int slot) {
    if (!warm) {
      module.run("warm_up");
      warm = true;
    }
    kv.hold(slot, capacity[slot], written[slot]);
  }

  @Override
  public void rest() {
    cores.rest();
  }

  private void check(Chunk chunk) {
    checkRoom(chunk.slot(), chunk.firstPosition(), chunk.tokens().length);
    if (chunk.firstPosition() > written[chunk.slot()] || chunk.tokens().length == 0) {
      throw new IllegalArgumentException(
          String.format(
              "slot %d holds KV of %d tokens; %d tokens can't follow at %d",
              chunk.slot(), written[chunk.slot()], chunk.tokens().length, chunk.firstPosition()));
    }
    for (int token : chunk.tokens()) {
      Objects.checkIndex(token, info.vocabularySize());
    }
  }

  private void checkRoom(int slot, int first, int tokens) {
    if (first < 0 || tokens < 0 || first + tokens > capacity[slot]) {
      throw new IllegalArgumentException(
          String.format(
              "slot %d has room for %d tokens, not for %d from %d on",
              slot, capacity[slot], tokens, first));
    }
  }

  private List<Prediction> predictions(
      PtNDArray logits, PtNDArray tokens, StepInput input, List<Chunk> chunks) {
    FloatBuffer rows = logits.toByteBuffer(true).asFloatBuffer();
    LongBuffer ids = tokens.toByteBuffer(true).asLongBuffer();
    Map<StepInput.Way, Integer> next = new EnumMap<>(StepInput.Way.class);
    next.put(StepInput.Way.LIKELIEST, 0);
    next.put(StepInput.Way.DRAWN, input.likeliest().length);
    next.put(StepInput.Way.CUT, input.likeliest().length + input.drawn().length);
    List<Prediction> predictions = new ArrayList<>();
    for (Chunk chunk : chunks) {
      for (int i = 0; i < chunk.predictions(); i++) {
        predictions.add(
            chunk.wanted() == Wanted.LOGITS
                ? Prediction.of(row(rows))
                : Prediction.of(
                    (int)
                        ids.get(
                            next.merge(StepInput.Way.of(chunk.wanted()), 1, Integer::sum) - 1)));
      }
    }
    return predictions;
  }

  private float[] row(FloatBuffer rows) {
    float[] row = new float[info.vocabularySize()];
    rows.get(row);
    return row;
  }

  @Override
  public void close() {
    cores.close();
    module.close();
  }
}
