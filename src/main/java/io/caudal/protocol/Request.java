package io.caudal.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One record of the requests topic, parsed and checked.
 *
 * @param requestId names the request for ever: the same id never generates twice
 * @param sessionId the conversation it belongs to; null for a request without memory
 * @param messages the new turn as chat messages; null when {@code prompt} or {@code promptIds} is
 *     given
 * @param prompt the new turn as plain text, without a chat template
 * @param promptIds the new turn as token ids
 * @param maxTokens most tokens to generate; null takes the configured default
 * @param stop texts that end the answer and are not part of it; empty for none
 * @param stream whether pieces go to the tokens topic as they come
 * @param tenant whose request it is; without a session, tenants never share an answer; null for the
 *     default tenant
 * @param priority higher goes first, -10 to 10
 * @param deadlineMillis epoch milliseconds after which the answer is of no use; null for none
 * @param model the model wanted; null for the one that runs
 * @param targetRequestId for {@link RequestType#CANCEL}, the request to stop
 * @param arrivalMillis Kafka's timestamp of the record, epoch milliseconds
 * @param task more of a request that is about a session
 */
public record Request(
    RequestType type,
    String requestId,
    @Nullable String sessionId,
    @Nullable List<Message> messages,
    @Nullable String prompt,
    @Nullable List<Integer> promptIds,
    @Nullable Integer maxTokens,
    SamplingParams sampling,
    List<String> stop,
    boolean stream,
    @Nullable String tenant,
    int priority,
    @Nullable Long deadlineMillis,
    @Nullable String model,
    @Nullable String targetRequestId,
    long arrivalMillis,
    SessionTask task) {

  public Request(
      RequestType type,
      String requestId,
      @Nullable String sessionId,
      @Nullable List<Message> messages,
      @Nullable String prompt,
      @Nullable List<Integer> promptIds,
      @Nullable Integer maxTokens,
      SamplingParams sampling,
      List<String> stop,
      boolean stream,
      @Nullable String tenant,
      int priority,
      @Nullable Long deadlineMillis,
      @Nullable String model,
      @Nullable String targetRequestId,
      long arrivalMillis) {
    this(
        type,
        requestId,
        sessionId,
        messages,
        prompt,
        promptIds,
        maxTokens,
        sampling,
        stop,
        stream,
        tenant,
        priority,
        deadlineMillis,
        model,
        targetRequestId,
        arrivalMillis,
        SessionTask.NONE);
  }

  /** A request about a session, that generates nothing. */
  public static Request about(
      RequestType type, String requestId, String sessionId, SessionTask task) {
    return new Request(
        type,
        requestId,
        sessionId,
        null,
        null,
        null,
        null,
        SamplingParams.GREEDY,
        List.of(),
        false,
        null,
        0,
        null,
        null,
        null,
        0,
        task);
  }
}
