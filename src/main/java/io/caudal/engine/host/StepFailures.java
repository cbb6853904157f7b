package io.caudal.engine.host;

import io.caudal.engine.Generation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How often an engine of this process failed in a step that a request was part of. It outlives
 * engines and restarts of the job, not the process; the least recently counted are forgotten. Safe
 * for use by any thread.
 */
final class StepFailures {
  private static final int MOST_REQUESTS = 10_000;

  private record Key(@Nullable String sessionId, String requestId) {}

  private static final Map<Key, Integer> COUNTS =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Integer> eldest) {
          return size() > MOST_REQUESTS;
        }
      };

  private static long steps;

  private StepFailures() {}

  /** A step has failed that these were part of. */
  static void count(List<Generation> generations) {
    synchronized (COUNTS) {
      steps++;
      for (Generation generation : generations) {
        Key key = new Key(generation.sessionId(), generation.requestId());
        Integer before = COUNTS.remove(key);
        COUNTS.put(key, before == null ? 1 : before + 1);
      }
    }
  }

  /** Steps that failed since the process began. */
  static long steps() {
    synchronized (COUNTS) {
      return steps;
    }
  }

  static int of(@Nullable String sessionId, String requestId) {
    synchronized (COUNTS) {
      return COUNTS.getOrDefault(new Key(sessionId, requestId), 0);
    }
  }
}
