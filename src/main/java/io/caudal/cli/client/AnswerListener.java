package io.caudal.cli.client;

import io.caudal.protocol.Result;
import io.caudal.protocol.TokenChunk;

/** Hears of answers, on the thread that polls. */
public interface AnswerListener {

  /** A piece as it came: it may be a duplicate, or of an attempt that is over. */
  void onChunk(TokenChunk chunk);

  /** A final record; it may be a repeated one. */
  void onResult(Result result);
}
