package io.caudal.cli.bench;

import io.caudal.protocol.Result;
import io.caudal.protocol.TokenChunk;

/** Hears of answers, on the thread that polls. Times are those of {@code System.nanoTime}. */
interface TargetListener {

  void onPiece(TokenChunk piece, long nanos);

  void onResult(Result result, long nanos);
}
