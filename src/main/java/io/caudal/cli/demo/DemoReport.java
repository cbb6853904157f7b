package io.caudal.cli.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * What the audit found.
 *
 * @param completed answered requests
 * @param lost requests without a committed result
 * @param duplicated committed results beyond one a request
 * @param promptTokens whole contexts, over all requests; {@code cachedTokens} of them were not
 *     computed again
 * @param ttftMsP50 from sending a request to reading its first piece; likewise {@code ttftMsP95}
 * @param tokensPerSecond generated, over all sessions, while at least one request was on its way;
 *     the recovery is left out
 * @param recoveryMs from SIGKILL to the first piece of a new attempt
 * @param interrupted answers that had begun when the TaskManager was killed and were completed
 * @param wrong answers that differ from those of an undisturbed run
 * @param streamDiffers answers whose pieces add up to something else than the result
 */
public record DemoReport(
    int requests,
    int completed,
    int lost,
    int duplicated,
    int recallAsked,
    int recallRight,
    int promptTokens,
    int cachedTokens,
    double ttftMsP50,
    double ttftMsP95,
    double tokensPerSecond,
    double recoveryMs,
    int interrupted,
    int wrong,
    int streamDiffers,
    int completionTokens) {

  /** Whether nothing was lost, doubled, forgotten or altered. */
  public boolean isGood() {
    return completed == requests
        && lost == 0
        && duplicated == 0
        && wrong == 0
        && streamDiffers == 0
        && recallRight == recallAsked;
  }

  /** One line of JSON. */
  public String json() {
    return object().toString();
  }

  /** One line a value, aligned. */
  public String table() {
    ObjectNode object = object();
    return StreamSupport.stream(((Iterable<String>) object::fieldNames).spliterator(), false)
        .map(name -> String.format("%-18s %10s", name, object.get(name).asText()))
        .collect(Collectors.joining("\n"));
  }

  private ObjectNode object() {
    return new ObjectMapper()
        .createObjectNode()
        .put("requests", requests)
        .put("completed", completed)
        .put("lost", lost)
        .put("duplicated", duplicated)
        .put("recall_asked", recallAsked)
        .put("recall_right", recallRight)
        .put("prompt_tokens", promptTokens)
        .put("cached_tokens", cachedTokens)
        .put("ttft_ms_p50", tenths(ttftMsP50))
        .put("ttft_ms_p95", tenths(ttftMsP95))
        .put("tokens_per_second", tenths(tokensPerSecond))
        .put("recovery_ms", tenths(recoveryMs))
        .put("interrupted", interrupted)
        .put("wrong", wrong)
        .put("stream_differs", streamDiffers)
        .put("completion_tokens", completionTokens);
  }

  private static double tenths(double value) {
    return Math.round(value * 10) / 10.0;
  }
}
