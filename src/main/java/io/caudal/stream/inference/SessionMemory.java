package io.caudal.stream.inference;

import io.caudal.engine.GenerationOutcome;
import io.caudal.engine.ModelInfo;
import io.caudal.engine.host.Engine;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.kv.KvBlock;
import io.caudal.kv.TokenChain;
import io.caudal.kv.codec.BlockMiss;
import io.caudal.kv.codec.CodecChoice;
import io.caudal.kv.codec.DecodedBlock;
import io.caudal.kv.codec.KvBlockFormat;
import io.caudal.metrics.Counter;
import io.caudal.metrics.Latency;
import io.caudal.metrics.SubtaskMetrics;
import io.caudal.metrics.Timeline;
import io.caudal.stream.state.SessionHeader;
import io.caudal.stream.state.SessionStore;
import io.caudal.stream.state.StoredKv;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a session's KV from state for the engine, and writes a turn's tokens and KV to state. */
final class SessionMemory {
  private static final Logger LOG = LoggerFactory.getLogger(SessionMemory.class);
  private static final double NANOS_PER_MILLI = 1e6;

  private final SessionStore store;
  private final SubtaskMetrics metrics;
  private final LiveSettings live;
  private final KvBlockFormat format;
  private final BlockWriter writer;
  private final int blockTokens;
  private final long vocabulary;
  private final Timeline timeline;
  private final String track;

  /**
   * @param track the task thread's name on the engine's timeline
   */
  SessionMemory(
      SessionStore store, Engine engine, SubtaskMetrics metrics, LiveSettings live, String track) {
    this.timeline = engine.timeline();
    this.track = track;
    ModelInfo model = engine.model();
    this.store = store;
    this.metrics = metrics;
    this.live = live;
    this.format = new KvBlockFormat(model.kv(), model.fingerprint());
    this.blockTokens = engine.blockTokens();
    this.writer = new BlockWriter(store, metrics, format, model.kv(), blockTokens);
    this.vocabulary = engine.text().fingerprint();
  }

  /**
   * The session's token ids.
   *
   * @throws CaudalException {@code SESSION_OF_OTHER_MODEL} if they mean other text to this model
   */
  int[] tokens(SessionHeader header) throws Exception {
    if (header.tokens() > 0 && header.vocabulary() != vocabulary) {
      throw new CaudalException(
          ErrorCode.SESSION_OF_OTHER_MODEL,
          "the session's tokens are of a model with another tokenizer.json; end the session, or set"
              + " model.path to the model that it began with");
    }
    return store.tokens(header.tokens());
  }

  /** Tokens whose KV is in state, in blocks of the size in use. */
  int storedTokens(SessionHeader header) {
    return header.kvBlockTokens() == blockTokens ? header.kvTokens() : 0;
  }

  /**
   * Reads the session's KV from state, up to a block that is missing or of no use, or that the time
   * is over for; what follows is recomputed from tokens.
   *
   * @param from the first token whose KV is wanted, at the beginning of a block in state
   */
  void restore(SessionHeader header, int[] tokens, int from, Consumer<KvBlock> blocks)
      throws Exception {
    restore(tokens, from, storedTokens(header), blocks);
  }

  /** The first block of the session's KV in state; null if there is none, or none of use. */
  @Nullable KvBlock firstBlock(SessionHeader header, int[] tokens) throws Exception {
    List<KvBlock> first = new ArrayList<>();
    int end = Math.min(storedTokens(header), header.kvFrom() + blockTokens);
    restore(tokens, header.kvFrom(), end, first::add);
    return first.isEmpty() ? null : first.get(0);
  }

  private void restore(int[] tokens, int from, int stored, Consumer<KvBlock> blocks)
      throws Exception {
    long limit = live.kv().restoreTimeout().toNanos();
    long start = System.nanoTime();
    long hash = TokenChain.ofBlocks(tokens, from / blockTokens, blockTokens);
    for (int first = from; first < stored; first += blockTokens) {
      if (limit > 0 && System.nanoTime() - start > limit) {
        metrics.add(Counter.RESTORE_TIMEOUTS, 1);
        break;
      }
      int n = Math.min(blockTokens, stored - first);
      hash = TokenChain.extend(hash, tokens, first, first + n);
      byte[] encoded = store.block(first / blockTokens);
      DecodedBlock decoded =
          encoded == null
              ? new DecodedBlock.Miss(BlockMiss.TRUNCATED)
              : format.decode(encoded, first / blockTokens, n, hash);
      if (decoded instanceof DecodedBlock.Hit hit) {
        blocks.accept(hit.block());
        metrics.add(Counter.RESTORED_TOKENS, n);
        metrics.add(Counter.RESTORED_BYTES, encoded == null ? 0 : encoded.length);
      } else {
        metrics.add(Counter.BLOCK_MISSES, 1);
        LOG.warn("KV from token {} on is recomputed: {}", first, decoded);
        break;
      }
    }
    timeline.add(track, "read state", start, System.nanoTime(), "", stored - from);
  }

  /**
   * Remembers an answered turn.
   *
   * @return the session's new header
   */
  SessionHeader store(SessionHeader header, Turn turn, GenerationOutcome outcome) throws Exception {
    long start = System.nanoTime();
    List<KvBlock> newBlocks = turn.persists() ? outcome.newBlocks() : List.of();
    int[] all = new int[turn.context().length + outcome.output().length];
    System.arraycopy(turn.context(), 0, all, 0, turn.context().length);
    System.arraycopy(outcome.output(), 0, all, turn.context().length, outcome.output().length);
    store.putTokens(all, turn.historyTokens());
    StoredKv before = header.kv();
    if (header.kvTokens() > 0 && header.kvBlockTokens() != blockTokens) {
      store.clearBlocks();
      before = StoredKv.NONE;
    }
    int kvFrom = before.from();
    // Less than there was when the turn began: it has been cleared since.
    boolean anew = turn.storedTokens() == 0 || before.tokens() < turn.storedTokens();
    if (anew && !newBlocks.isEmpty()) {
      kvFrom = newBlocks.get(0).index() * blockTokens;
    }
    CodecChoice choice = new CodecChoice(format, live.kvCodec());
    StoredKv after = writer.write(newBlocks, before, kvFrom, choice);
    String tenant = Generations.tenant(turn.request());
    SessionHeader next = header.afterTurn(all.length, after, vocabulary, tenant);
    store.setHeader(next);
    timed(start, writer.takeEncodeNanos(), turn.request().requestId());
    return next;
  }

  private void timed(long startNanos, long encodeNanos, String request) {
    long end = System.nanoTime();
    metrics.record(Latency.ENCODE_MS, encodeNanos / NANOS_PER_MILLI);
    metrics.record(Latency.STATE_WRITE_MS, (end - startNanos - encodeNanos) / NANOS_PER_MILLI);
    timeline.add(track, "store", startNanos, end, request, encodeNanos / 1_000);
  }
}
