package io.caudal.engine.torch;

import ai.djl.pytorch.jni.IValue;
import io.caudal.engine.Chunk;
import io.caudal.engine.Draw;
import io.caudal.engine.Wanted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A batch as the decoder's {@code step} takes it. Chunks that decode are ordered by their length
 * and where their KV lies, and those of one length in adjacent places become one segment; each
 * chunk that prefills is a segment.
 *
 * @param positions of each token in its sequence
 * @param writes rows of its arena that each token's keys and values go to
 * @param arenas of each segment, like {@code places} (the first), {@code counts} of sequences and
 *     {@code lengths} of a sequence's tokens
 * @param logits indices of the tokens whose logits are wanted, in the order of the batch's chunks,
 *     like {@code likeliest} of those whose likeliest next tokens are, {@code drawn} where all
 *     tokens may be drawn, and {@code cut} where some
 * @param draws of each of {@code drawn}, then of each of {@code cut}: temperature, top-k, top-p,
 *     min-p; and {@code numbers} of 53 bits that choose
 */
record StepInput(
    long[] tokens,
    long[] positions,
    long[] writes,
    long[] arenas,
    long[] places,
    long[] counts,
    long[] lengths,
    long[] logits,
    long[] likeliest,
    long[] drawn,
    long[] cut,
    double[] draws,
    long[] numbers) {

  static StepInput of(List<Chunk> chunks, KvArenas kv, int kvHeads) {
    List<Chunk> ordered = new ArrayList<>(chunks);
    ordered.sort(
        Comparator.comparing((Chunk chunk) -> !chunk.decodes())
            .thenComparingInt(chunk -> chunk.tokens().length)
            .thenComparingInt(chunk -> kv.arena(chunk.slot()))
            .thenComparingInt(chunk -> kv.place(chunk.slot())));
    int total = chunks.stream().mapToInt(chunk -> chunk.tokens().length).sum();
    long[] tokens = new long[total];
    long[] positions = new long[total];
    long[] writes = new long[total * 2 * kvHeads];
    Segments segments = new Segments(kv);
    int[] lastTokenOfSlot = new int[ordered.stream().mapToInt(Chunk::slot).max().orElse(0) + 1];
    int token = 0;
    for (Chunk chunk : ordered) {
      segments.add(chunk);
      for (int i = 0; i < chunk.tokens().length; i++, token++) {
        int position = chunk.firstPosition() + i;
        tokens[token] = chunk.tokens()[i];
        positions[token] = position;
        kv.rowsOf(chunk.slot(), position, writes, token * 2 * kvHeads);
      }
      lastTokenOfSlot[chunk.slot()] = token - 1;
    }
    List<DrawAt> all =
        Stream.of(Way.DRAWN, Way.CUT)
            .flatMap(way -> chunks.stream().filter(chunk -> Way.of(chunk.wanted()) == way))
            .flatMap(StepInput::draws)
            .toList();
    return new StepInput(
        tokens,
        positions,
        writes,
        segments.column(0),
        segments.column(1),
        segments.column(2),
        segments.column(3),
        those(Way.LOGITS, chunks, lastTokenOfSlot),
        those(Way.LIKELIEST, chunks, lastTokenOfSlot),
        those(Way.DRAWN, chunks, lastTokenOfSlot),
        those(Way.CUT, chunks, lastTokenOfSlot),
        all.stream().flatMapToDouble(one -> DoubleStream.of(one.parameters())).toArray(),
        all.stream().mapToLong(DrawAt::number).toArray());
  }

  /** How a chunk's predictions are made; tokens come in this order. */
  enum Way {
    LOGITS,
    LIKELIEST,
    DRAWN,
    CUT,
    NONE;

    static Way of(Wanted wanted) {
      if (wanted instanceof Draw draw) {
        return draw.isCut() ? CUT : DRAWN;
      }
      return wanted == Wanted.LOGITS ? LOGITS : wanted == Wanted.LIKELIEST ? LIKELIEST : NONE;
    }
  }

  private static long[] those(Way way, List<Chunk> chunks, int[] lastTokenOfSlot) {
    return chunks.stream()
        .filter(chunk -> Way.of(chunk.wanted()) == way)
        .flatMapToLong(
            chunk -> {
              int last = lastTokenOfSlot[chunk.slot()];
              return LongStream.rangeClosed(last - chunk.predictions() + 1, last);
            })
        .toArray();
  }

  /** Of one token. */
  private record DrawAt(Draw draw, int position) {
    double[] parameters() {
      return new double[] {draw.temperature(), draw.topK(), draw.topP(), draw.minP()};
    }

    long number() {
      return draw.number(position);
    }
  }

  private static Stream<DrawAt> draws(Chunk chunk) {
    Draw draw = (Draw) chunk.wanted();
    int end = chunk.firstPosition() + chunk.tokens().length;
    return IntStream.rangeClosed(end - chunk.predictions() + 1, end)
        .mapToObj(position -> new DrawAt(draw, position));
  }

  IValue[] arguments() {
    return new IValue[] {
      IValue.listFrom(tokens),
      IValue.listFrom(positions),
      IValue.listFrom(writes),
      IValue.listFrom(arenas),
      IValue.listFrom(places),
      IValue.listFrom(counts),
      IValue.listFrom(lengths),
      IValue.listFrom(logits),
      IValue.listFrom(likeliest),
      IValue.listFrom(drawn),
      IValue.listFrom(cut),
      IValue.listFrom(draws),
      IValue.listFrom(numbers)
    };
  }

  /** Segments as they form: arena, first place, sequences, tokens of a sequence. */
  private static final class Segments {
    private final KvArenas kv;
    private final List<long[]> all = new ArrayList<>();

    Segments(KvArenas kv) {
      this.kv = kv;
    }

    void add(Chunk chunk) {
      int arena = kv.arena(chunk.slot());
      int place = kv.place(chunk.slot());
      int length = chunk.tokens().length;
      long[] last = all.isEmpty() ? null : all.get(all.size() - 1);
      if (last != null
          && chunk.decodes()
          && last[3] == length
          && last[0] == arena
          && last[1] + last[2] == place) {
        last[2]++;
      } else {
        all.add(new long[] {arena, place, 1, length});
      }
    }

    long[] column(int index) {
      return all.stream().mapToLong(segment -> segment[index]).toArray();
    }
  }
}
