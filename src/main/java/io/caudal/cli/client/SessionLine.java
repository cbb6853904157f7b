package io.caudal.cli.client;

import io.caudal.config.KafkaSettings;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.Request;
import io.caudal.protocol.Result;
import io.caudal.protocol.TokenChunk;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Sends requests about sessions and waits for their results. Not thread-safe. */
public final class SessionLine implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int MOST_UNANSWERED = 16;

  private final KafkaClientSide client;
  private final Duration limit;

  private SessionLine(KafkaClientSide client, Duration limit) {
    this.client = client;
    this.limit = limit;
  }

  /**
   * @param limit longest wait for a result
   * @throws CaudalException {@code BROKER_UNREACHABLE} if no broker answers or it lacks our topics
   */
  public static SessionLine open(KafkaSettings settings, Duration limit) {
    return new SessionLine(KafkaClientSide.connect(settings), limit);
  }

  /**
   * The request's result.
   *
   * @throws CaudalException with the result's code if it is an error; {@code TIMEOUT} if none came
   */
  public Result ask(Request request) {
    return askAll(List.of(request));
  }

  /** In the order of the requests: later ones fail because the first did. */
  private static void throwFirstFailure(List<Request> requests, Map<String, Result> results) {
    for (Request request : requests) {
      Result result = results.get(request.requestId());
      if (result == null) {
        return;
      }
      if (result.failure() != null) {
        throw new CaudalException(result.failure().code(), result.failure().message());
      }
    }
  }

  private CaudalException late() {
    return new CaudalException(
        ErrorCode.TIMEOUT,
        "no result within "
            + limit.toSeconds()
            + " s (--timeout); requests of the session may be running before it, or the job is"
            + " not: see bin/caudal health");
  }

  /**
   * The last request's result; sends them all without waiting for each.
   *
   * @throws CaudalException as {@link #ask}, of the first that fails
   */
  public Result askAll(List<Request> requests) {
    Map<String, Result> results = new HashMap<>();
    Set<String> wanted =
        requests.stream().map(Request::requestId).collect(Collectors.toUnmodifiableSet());
    AnswerListener collector = new ResultCollector(wanted, results);
    long end = System.nanoTime() + limit.toNanos();
    int sent = 0;
    while (results.size() < requests.size() && System.nanoTime() < end) {
      while (sent < requests.size() && sent - results.size() < MOST_UNANSWERED) {
        client.post(requests.get(sent++));
      }
      int before = results.size();
      client.poll(POLL, collector);
      if (results.size() > before) {
        end = System.nanoTime() + limit.toNanos();
      }
      throwFirstFailure(requests, results);
    }
    Result last = results.get(requests.get(requests.size() - 1).requestId());
    if (last == null) {
      throw late();
    }
    return last;
  }

  @Override
  public void close() {
    client.close();
  }

  /** Keeps the results by their request's id. */
  private record ResultCollector(Set<String> wanted, Map<String, Result> results)
      implements AnswerListener {
    @Override
    public void onChunk(TokenChunk chunk) {}

    @Override
    public void onResult(Result result) {
      if (wanted.contains(result.requestId())) {
        results.put(result.requestId(), result);
      }
    }
  }
}
