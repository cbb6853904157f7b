package io.caudal.engine.host;

import io.caudal.engine.Generation;
import io.caudal.engine.GenerationListener;
import io.caudal.kv.KvBlock;
import io.caudal.protocol.Failure;
import io.caudal.schedule.Sequence;
import io.caudal.schedule.TokenLog;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A generation that was handed to an {@link Engine}. Safe for use by any thread. */
public final class Submission {
  private final StepLoop loop;
  private final TokenLog tokens;
  private final int promptTokens;

  /** Known, and used, on the loop's thread only. */
  private @Nullable Sequence sequence;

  Submission(StepLoop loop, Generation generation) {
    this.loop = loop;
    this.tokens = new TokenLog(generation.context(), generation.maxNewTokens());
    this.promptTokens = generation.promptTokens();
  }

  void submit(Generation generation, List<KvBlock> blocks, GenerationListener listener) {
    loop.execute(
        () -> sequence = loop.engine().submit(generation, blocks, tokens, listener), listener);
  }

  /** As {@link #submit}, with the prompt of another that was submitted to the same loop. */
  void follow(Submission leader, Generation generation, GenerationListener listener) {
    loop.execute(
        () -> {
          Sequence first = Objects.requireNonNull(leader.sequence, "the loop does as it is told");
          sequence = loop.engine().follow(first, generation, tokens, listener);
        },
        listener);
  }

  /** Ids generated so far, by earlier attempts too. */
  public int[] generated() {
    return tokens.copy(promptTokens, tokens.size());
  }

  /** Asks the engine to end the generation before its next step; the listener hears of it. */
  public void cancel(Failure failure) {
    loop.execute(
        () -> {
          if (sequence != null) {
            loop.engine().cancel(sequence, failure);
          }
        });
  }
}
