package io.caudal.engine.host;

import io.caudal.engine.GenerationListener;
import io.caudal.engine.GenerationOutcome;
import io.caudal.error.CaudalException;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes everything on, and counts its generation out when it ends. */
record CountedListener(GenerationListener listener, AtomicInteger unfinished)
    implements GenerationListener {

  @Override
  public void onToken(int id) {
    listener.onToken(id);
  }

  @Override
  public void onText(String text) {
    listener.onText(text);
  }

  @Override
  public void onFinish(GenerationOutcome outcome) {
    unfinished.decrementAndGet();
    listener.onFinish(outcome);
  }

  @Override
  public void onEngineFailure(CaudalException failure) {
    unfinished.decrementAndGet();
    listener.onEngineFailure(failure);
  }
}
