package io.caudal.stream.inference;

import io.caudal.engine.TokenScores;
import io.caudal.protocol.SamplingParams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a checkpoint keeps of a running request: the ids generated so far, and their log
 * probabilities where the request asks for them.
 *
 * <p>In state it is int arrays, one of each checkpoint with what was new then. Without log
 * probabilities, the ids. With them, for each token: its id, the bits of its log probability (IEEE
 * 754 binary32), a count n, and n times id and bits of the likeliest. Which of the two it is the
 * request says. Where it wants several answers, each one's part comes after its length. An
 * attempt's first array begins with {@link #VOCABULARY} and the 64 bits of the fingerprint of the
 * tokenizer whose ids follow; those of earlier releases begin without.
 *
 * @param scores of each id; empty if not asked for
 */
record Progress(int[] ids, List<TokenScores> scores) {
  /** Neither an id nor a length. */
  private static final int VOCABULARY = Integer.MIN_VALUE;

  private static final int VOCABULARY_INTS = 3;

  /**
   * Of each of the request's answers.
   *
   * @param vocabulary fingerprint of the tokenizer; what was generated with another one is left out
   */
  static List<Progress> read(List<int[]> state, SamplingParams asked, long vocabulary) {
    List<List<int[]>> parts = new ArrayList<>();
    for (int i = 0; i < asked.choices(); i++) {
      parts.add(new ArrayList<>());
    }
    for (int[] piece : ofVocabulary(state, vocabulary)) {
      if (parts.size() == 1) {
        parts.get(0).add(piece);
        continue;
      }
      int at = 0;
      for (List<int[]> part : parts) {
        int end = at + 1 + piece[at];
        part.add(Arrays.copyOfRange(piece, at + 1, end));
        at = end;
      }
    }
    boolean scored = asked.topLogprobs() != null;
    return parts.stream().map(part -> read(joined(part), scored)).toList();
  }

  private static List<int[]> ofVocabulary(List<int[]> state, long vocabulary) {
    List<int[]> pieces = new ArrayList<>();
    boolean known = true;
    for (int[] piece : state) {
      boolean begins = piece.length >= VOCABULARY_INTS && piece[0] == VOCABULARY;
      known =
          begins
              ? vocabulary == ((long) piece[1] << Integer.SIZE | Integer.toUnsignedLong(piece[2]))
              : known;
      if (known) {
        pieces.add(begins ? Arrays.copyOfRange(piece, VOCABULARY_INTS, piece.length) : piece);
      }
    }
    return pieces;
  }

  /** An attempt's first piece. */
  static int[] first(int[] piece, long vocabulary) {
    int[] first = new int[VOCABULARY_INTS + piece.length];
    first[0] = VOCABULARY;
    first[1] = (int) (vocabulary >>> Integer.SIZE);
    first[2] = (int) vocabulary;
    System.arraycopy(piece, 0, first, VOCABULARY_INTS, piece.length);
    return first;
  }

  private static int[] joined(List<int[]> parts) {
    return parts.stream().flatMapToInt(Arrays::stream).toArray();
  }

  /** One piece of state, of what is new of each answer. */
  static int[] write(int[][] parts) {
    if (parts.length == 1) {
      return parts[0];
    }
    int[] state = new int[Arrays.stream(parts).mapToInt(part -> 1 + part.length).sum()];
    int at = 0;
    for (int[] part : parts) {
      state[at] = part.length;
      System.arraycopy(part, 0, state, at + 1, part.length);
      at += 1 + part.length;
    }
    return state;
  }

  static Progress read(int[] state, boolean scored) {
    if (!scored) {
      return new Progress(state, List.of());
    }
    List<TokenScores> scores = new ArrayList<>();
    for (int at = 0; at < state.length; ) {
      int id = state[at++];
      float logprob = Float.intBitsToFloat(state[at++]);
      int[] topIds = new int[state[at++]];
      float[] topLogprobs = new float[topIds.length];
      for (int i = 0; i < topIds.length; i++) {
        topIds[i] = state[at++];
        topLogprobs[i] = Float.intBitsToFloat(state[at++]);
      }
      scores.add(new TokenScores(id, logprob, topIds, topLogprobs));
    }
    return new Progress(scores.stream().mapToInt(TokenScores::id).toArray(), scores);
  }

  static int[] write(List<TokenScores> scores) {
    int[] state = new int[scores.stream().mapToInt(one -> 3 + 2 * one.topIds().length).sum()];
    int at = 0;
    for (TokenScores one : scores) {
      state[at++] = one.id();
      state[at++] = Float.floatToIntBits(one.logprob());
      state[at++] = one.topIds().length;
      for (int i = 0; i < one.topIds().length; i++) {
        state[at++] = one.topIds()[i];
        state[at++] = Float.floatToIntBits(one.topLogprobs()[i]);
      }
    }
    return state;
  }

  /** The context of an attempt that goes on: the prompt, then what was generated. */
  int[] after(int[] prompt) {
    int[] context = Arrays.copyOf(prompt, prompt.length + ids.length);
    System.arraycopy(ids, 0, context, prompt.length, ids.length);
    return context;
  }
}
