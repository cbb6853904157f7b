package io.caudal.stream.inference;

import io.caudal.engine.ModelInfo;
import io.caudal.engine.host.Engine;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.metrics.Counter;
import io.caudal.metrics.SubtaskMetrics;
import io.caudal.protocol.SessionChunk;
import io.caudal.protocol.SessionOrigin;
import io.caudal.protocol.SessionTask;
import io.caudal.stream.state.SessionHeader;
import io.caudal.stream.state.SessionStore;
import io.caudal.stream.state.StagedChunk;
import io.caudal.stream.state.StoredKv;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes a session that was exported elsewhere, chunk by chunk: they are put aside in state until
 * all are there, so that a session is there whole or not at all. Task thread only, with the
 * session's key set.
 */
final class SessionImport {
  private final Engine engine;
  private final SessionStore store;
  private final SessionExpiry expiry;
  private final SubtaskMetrics metrics;

  SessionImport(Engine engine, SessionStore store, SessionExpiry expiry, SubtaskMetrics metrics) {
    this.engine = engine;
    this.store = store;
    this.expiry = expiry;
    this.metrics = metrics;
  }

  /**
   * Puts a chunk aside.
   *
   * @return whether the export is complete now
   * @throws CaudalException {@code SESSION_OF_OTHER_MODEL}, {@code SESSION_EXISTS}, {@code
   *     IMPORT_DAMAGED} or {@code IMPORT_INCOMPLETE}; the answer is to come with {@link #drop}
   */
  boolean take(String key, SessionTask task, long nowMillis) throws Exception {
    SessionChunk chunk = Objects.requireNonNull(task.chunk());
    SessionChunk last = store.lastStaged();
    boolean known = last != null && isOneExport(last, chunk);
    if (known && last != null && chunk.sequence() <= last.sequence()) {
      // An export that began anew after a crash repeats itself; or a checkpoint has the last chunk,
      // and its request as one that is yet to be answered.
      boolean again = isLast(chunk) && chunk.sequence() == last.sequence();
      if (again) {
        checkPlace(task);
      }
      return again;
    }
    check(task, chunk, known ? last : null);
    if (chunk.sequence() == 0) {
      store.clearStaged();
      mark(key, nowMillis);
    }
    store.stage(chunk);
    return isLast(chunk);
  }

  private static boolean isLast(SessionChunk chunk) {
    return chunk.sequence() == chunk.total() - 1;
  }

  private void check(SessionTask task, SessionChunk chunk, @Nullable SessionChunk last)
      throws Exception {
    int wanted = last == null ? 0 : last.sequence() + 1;
    if (chunk.sequence() != wanted || chunk.sequence() >= chunk.total()) {
      throw new CaudalException(
          ErrorCode.IMPORT_INCOMPLETE,
          String.format(
              "chunk %d of %d of export %s came where chunk %d was due; import it from its first"
                  + " chunk on",
              chunk.sequence(), chunk.total(), chunk.exportId(), wanted));
    }
    if (!chunk.isWhole()) {
      throw new CaudalException(
          ErrorCode.IMPORT_DAMAGED,
          String.format(
              "chunk %d of %d of export %s does not match its checksum; export the session again",
              chunk.sequence(), chunk.total(), chunk.exportId()));
    }
    if (chunk.sequence() == 0) {
      checkModel(chunk.origin());
      checkExtent(chunk.origin());
    }
    if (chunk.sequence() == 0 || isLast(chunk)) { // a turn may have come in between
      checkPlace(task);
    }
  }

  private void checkPlace(SessionTask task) throws Exception {
    SessionHeader there = store.header();
    if (!task.overwrite() && there != null && there.tokens() > 0) {
      throw new CaudalException(
          ErrorCode.SESSION_EXISTS,
          "there is a session of this name, of "
              + there.turns()
              + " turns; end it, ask to overwrite it, or import under another name");
    }
  }

  /** Forgets what is put aside. */
  void drop() {
    store.clearStaged();
  }

  private void checkModel(SessionOrigin origin) {
    ModelInfo model = engine.model();
    if (origin.fingerprint() != model.fingerprint()
        || origin.vocabulary() != engine.text().fingerprint()) {
      throw new CaudalException(
          ErrorCode.SESSION_OF_OTHER_MODEL,
          String.format(
              "the session was exported with model '%s' (%016x), here runs '%s' (%016x); its KV"
                  + " means nothing to another model",
              origin.model(), origin.fingerprint(), model.name(), model.fingerprint()));
    }
  }

  /** What later steps rely on; the rest of what an origin says is only told again. */
  private void checkExtent(SessionOrigin origin) {
    int most = engine.model().contextTokens();
    boolean tokens = origin.tokens() > 0 && origin.tokens() <= most;
    boolean kv =
        origin.kvTokens() == origin.kvFrom()
            || (origin.blockTokens() > 0 && origin.kvFrom() % origin.blockTokens() == 0);
    if (!tokens
        || !kv
        || origin.kvFrom() > origin.kvTokens()
        || origin.kvTokens() > origin.tokens()) {
      throw new CaudalException(
          ErrorCode.IMPORT_DAMAGED,
          String.format(
              "the export speaks of %d tokens with KV of %d to %d in blocks of %d; there are 1 to %d"
                  + " tokens (the model's context), and KV of whole blocks and of no more than these",
              origin.tokens(), origin.kvFrom(), origin.kvTokens(), origin.blockTokens(), most));
    }
  }

  private static boolean isOneExport(SessionChunk a, SessionChunk b) {
    return a.exportId().equals(b.exportId())
        && a.total() == b.total()
        && a.origin().equals(b.origin());
  }

  /** What is put aside expires too, where no session would. */
  private void mark(String key, long nowMillis) throws Exception {
    if (store.header() == null) {
      long due = nowMillis + expiry.ttlMillis(key);
      store.setHeader(SessionHeader.fresh(nowMillis).withTimer(expiry.timer(due)));
    }
  }

  /**
   * Makes the session of what was put aside, in the place of one that is there.
   *
   * @throws CaudalException {@code IMPORT_DAMAGED}; the session that is there stays, and the answer
   *     is to come with {@link #drop}
   */
  SessionHeader finish(String key, long nowMillis) throws Exception {
    SessionChunk last = Objects.requireNonNull(store.lastStaged(), "all chunks are there");
    SessionOrigin origin = last.origin();
    int[] tokens = tokens(origin, last.total());
    expiry.forgetSession();
    store.putTokens(tokens, 0);
    StoredKv kv = blocks(origin, last.total());
    store.clearStaged();
    SessionHeader header =
        SessionHeader.fresh(nowMillis)
            .afterTurn(origin.tokens(), kv, origin.vocabulary(), origin.tenant())
            .imported(origin.turns(), origin.createdMillis())
            .withTimer(expiry.timer(nowMillis + expiry.ttlMillis(key)));
    store.setHeader(header);
    metrics.add(Counter.SESSIONS_STARTED, 1);
    return header;
  }

  private int[] tokens(SessionOrigin origin, int total) throws Exception {
    int[] tokens = new int[origin.tokens()];
    int n = 0;
    for (int i = 0; i < total; i++) {
      StagedChunk chunk = store.staged(i);
      if (chunk.kind() != SessionChunk.Kind.TOKENS) {
        break;
      }
      ByteBuffer data = ByteBuffer.wrap(chunk.data()).order(ByteOrder.LITTLE_ENDIAN);
      int more = Math.min(data.remaining() / Integer.BYTES, tokens.length - n);
      data.asIntBuffer().get(tokens, n, more);
      n += more;
    }
    int vocabulary = engine.model().vocabularySize();
    for (int token : tokens) {
      if (token < 0 || token >= vocabulary) {
        n = -1;
      }
    }
    if (n != tokens.length) {
      throw new CaudalException(
          ErrorCode.IMPORT_DAMAGED,
          "the export's tokens are not the " + tokens.length + " that it speaks of");
    }
    return tokens;
  }

  /** Writes the blocks as far as they are there; KV of later tokens is computed again. */
  private StoredKv blocks(SessionOrigin origin, int total) throws Exception {
    int blockTokens = Math.max(1, origin.blockTokens());
    int index = origin.kvFrom() / blockTokens;
    int end = origin.kvFrom();
    long bytes = 0;
    int tail = 0;
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < total; i++) {
      StagedChunk chunk = store.staged(i);
      if (chunk.kind() != SessionChunk.Kind.KV) {
        continue;
      }
      block.writeBytes(chunk.data());
      boolean whole = i == total - 1 || store.staged(i + 1).index() != index;
      if (whole && block.size() == 0) {
        break;
      }
      if (whole) {
        store.putBlock(index, block.toByteArray());
        index++;
        long full = (long) index * blockTokens;
        end = (int) Math.min(origin.kvTokens(), full);
        bytes += block.size();
        tail = end < full ? block.size() : 0;
        block.reset();
      }
    }
    return bytes == 0
        ? StoredKv.NONE
        : new StoredKv(origin.kvFrom(), end, origin.blockTokens(), bytes, tail);
  }
}
