package io.caudal.stream.inference;

import io.caudal.engine.ModelInfo;
import io.caudal.engine.host.Engine;
import io.caudal.protocol.Request;
import io.caudal.protocol.Result;
import io.caudal.protocol.SessionChunk;
import io.caudal.protocol.SessionOrigin;
import io.caudal.stream.operator.Completion;
import io.caudal.stream.operator.Emitter;
import io.caudal.stream.state.SessionHeader;
import io.caudal.stream.state.SessionStore;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One export of a session: its tokens, then its KV blocks as they lie in state, some chunks at a
 * time, while the request heads its session's queue, so that nothing changes meanwhile. After a
 * crash it begins anew. Task thread only, with the session's key set.
 */
final class SessionExport {
  /** Data of one chunk: as base64 in a request it must stay below Kafka's limit of 1 MB. */
  static final int PART_BYTES = 512 << 10;

  private static final int PART_TOKENS = PART_BYTES / Integer.BYTES;

  /** What a codec may add to a block's numbers. */
  private static final int CODEC_BYTES = 4096;

  private static final int CHUNKS_A_STEP = 4;

  /** What to do when all is written. */
  interface Ending {
    Result end() throws Exception;
  }

  private final SessionStore store;
  private final Completion<Result> completion;
  private final Ending ending;
  private final String exportId;
  private final SessionOrigin origin;
  private final int tokenChunks;
  private final int firstBlock;
  private final int partsOfBlock;
  private final int total;
  private int next;

  SessionExport(
      Engine engine,
      SessionStore store,
      Request request,
      String session,
      SessionHeader header,
      Completion<Result> completion,
      Ending ending) {
    ModelInfo model = engine.model();
    this.store = store;
    this.completion = completion;
    this.ending = ending;
    this.exportId = request.requestId();
    this.origin =
        new SessionOrigin(
            session,
            header.tenant(),
            header.turns(),
            header.createdMillis(),
            header.tokens(),
            header.kvFrom(),
            header.kvTokens(),
            header.kvBlockTokens(),
            model.name(),
            model.fingerprint(),
            header.vocabulary());
    this.tokenChunks = (header.tokens() + PART_TOKENS - 1) / PART_TOKENS;
    int blockTokens = Math.max(1, header.kvBlockTokens());
    this.firstBlock = header.kvFrom() / blockTokens;
    long mostBytes = (long) blockTokens * model.kv().bytesPerToken() + CODEC_BYTES;
    this.partsOfBlock = (int) ((mostBytes + PART_BYTES - 1) / PART_BYTES);
    int blocks = (header.kvTokens() + blockTokens - 1) / blockTokens - firstBlock;
    this.total = tokenChunks + Math.max(0, blocks) * partsOfBlock;
  }

  void start() {
    completion.run(this::step);
  }

  private void step(Emitter<Result> out) throws Exception {
    for (int n = 0; n < CHUNKS_A_STEP && next < total; n++) {
      out.emit(Outputs.SESSIONS, next < tokenChunks ? tokens() : part());
      next++;
    }
    if (next < total) {
      completion.run(this::step);
    } else {
      completion.complete(to -> to.emit(ending.end()));
    }
  }

  private SessionChunk tokens() throws Exception {
    int from = next * PART_TOKENS;
    int to = Math.min(origin.tokens(), from + PART_TOKENS);
    ByteBuffer data =
        ByteBuffer.allocate((to - from) * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    data.asIntBuffer().put(store.tokens(to), from, to - from);
    return chunk(SessionChunk.Kind.TOKENS, next, 0, data.array());
  }

  private SessionChunk part() throws Exception {
    int index = firstBlock + (next - tokenChunks) / partsOfBlock;
    int part = (next - tokenChunks) % partsOfBlock;
    byte[] block = store.block(index);
    int length = block == null ? 0 : block.length;
    int from = Math.min(length, part * PART_BYTES);
    int to = part == partsOfBlock - 1 ? length : Math.min(length, from + PART_BYTES);
    byte[] data = block == null ? new byte[0] : Arrays.copyOfRange(block, from, to);
    return chunk(SessionChunk.Kind.KV, index, part, data);
  }

  private SessionChunk chunk(SessionChunk.Kind kind, int index, int part, byte[] data) {
    return new SessionChunk(exportId, next, total, origin, kind, index, part, data);
  }
}
