package io.caudal.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.error.ErrorCode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The fields of a request's JSON, each with its type and range. */
final class RequestFields {
  static final Set<String> WIRE =
      Set.of(
          "v",
          "type",
          "request_id",
          "session_id",
          "messages",
          "prompt",
          "prompt_ids",
          "max_tokens",
          "temperature",
          "top_p",
          "top_k",
          "min_p",
          "seed",
          "stop",
          "frequency_penalty",
          "presence_penalty",
          "repetition_penalty",
          "ignore_eos",
          "logit_bias",
          "logprobs",
          "top_logprobs",
          "response_format",
          "n",
          "stream",
          "tenant",
          "priority",
          "deadline",
          "model",
          "target_request_id",
          "tier",
          "overwrite",
          "chunk");

  private static final Set<String> MESSAGE = Set.of("role", "content");
  private static final int MAX_STOPS = 16;
  private static final int MAX_STOP_CHARS = 256;
  private static final long LAST_MILLI = 253_402_300_799_999L; // 9999-12-31T23:59:59.999Z

  private final JsonFields fields;
  private final int maxNewTokens;

  RequestFields(ObjectNode object, int maxNewTokens) {
    this.fields = new JsonFields(object, "");
    this.maxNewTokens = maxNewTokens;
  }

  /**
   * @param keySession the session that the record's key names; null for none
   */
  Request read(@Nullable String keySession, long arrivalMillis) throws Refusal {
    RequestType type = type();
    String requestId = requestId();
    String sessionId = sessionId(keySession);
    List<Message> messages = messages();
    String prompt = fields.text("prompt");
    List<Integer> promptIds = promptIds();
    String target = fields.name("target_request_id", Ids.MAX_CHARS);
    check(type, sessionId, target, messages, prompt, promptIds);
    SamplingParams sampling = new SamplingFields(fields).read();
    if (sessionId != null && sampling.choices() > 1) {
      throw fields.outOfRange(
          "n",
          Integer.toString(sampling.choices()),
          "1 in a session, which goes on from one answer; leave the session out, key and all");
    }
    Long maxTokens = maxTokens();
    Long priority = fields.whole("priority", -10, 10);
    return new Request(
        type,
        requestId,
        sessionId,
        messages,
        prompt,
        promptIds,
        maxTokens == null ? null : maxTokens.intValue(),
        sampling,
        stop(),
        fields.flag("stream", true),
        fields.name("tenant", Ids.MAX_CHARS),
        priority == null ? 0 : priority.intValue(),
        deadline(),
        fields.name("model", Ids.MAX_CHARS),
        target,
        arrivalMillis,
        task(type));
  }

  private RequestType type() throws Refusal {
    String type = fields.text("type");
    if (type == null) {
      return RequestType.GENERATE;
    }
    for (RequestType known : RequestType.values()) {
      if (RequestJson.name(known).equals(type)) {
        return known;
      }
    }
    throw new Refusal(
        ErrorCode.UNKNOWN_TYPE,
        "type = "
            + Quoted.of(type)
            + " is not known: "
            + Arrays.stream(RequestType.values())
                .map(RequestJson::name)
                .collect(Collectors.joining(", ")));
  }

  private String requestId() throws Refusal {
    String id = fields.text("request_id");
    return fields.required(
        fields.name("request_id", Ids.MAX_CHARS) == null ? null : id,
        "request_id",
        "a text of 1 to " + Ids.MAX_CHARS + " characters that names this request");
  }

  private @Nullable String sessionId(@Nullable String keySession) throws Refusal {
    String id = fields.text("session_id");
    if (id == null) {
      if (keySession != null) {
        Ids.checkSession("the record's key, which names the session,", keySession);
      }
      return keySession;
    }
    Ids.checkSession("session_id", id);
    if (keySession != null && !keySession.equals(id)) {
      throw new Refusal(
          ErrorCode.KEY_MISMATCH,
          "session_id = "
              + Quoted.of(id)
              + " but the record's key is "
              + Quoted.of(keySession)
              + ": key the record by its session");
    }
    return id;
  }

  private void check(
      RequestType type,
      @Nullable String sessionId,
      @Nullable String target,
      @Nullable List<Message> messages,
      @Nullable String prompt,
      @Nullable List<Integer> promptIds)
      throws Refusal {
    int inputs =
        (messages == null ? 0 : 1) + (prompt == null ? 0 : 1) + (promptIds == null ? 0 : 1);
    switch (type) {
      case GENERATE -> {
        if (inputs != 1) {
          throw new Refusal(
              inputs == 0 ? ErrorCode.MISSING_FIELD : ErrorCode.BAD_FIELD,
              "a request needs exactly one of messages, prompt and prompt_ids, this has " + inputs);
        }
      }
      case CANCEL -> {
        fields.required(sessionId, "session_id", "a cancel needs the session of its request");
        fields.required(target, "target_request_id", "a cancel names the request to stop");
      }
      case END_SESSION ->
          fields.required(sessionId, "session_id", "end_session names the session to forget");
      case SHOW, PIN, UNPIN, WARM, CLEAR_CACHE, EXPORT, IMPORT ->
          fields.required(sessionId, "session_id", "it names the session");
    }
  }

  private SessionTask task(RequestType type) throws Refusal {
    SessionTask task =
        new SessionTask(
            ControlActionJson.tier(fields),
            fields.flag("overwrite", false),
            SessionChunkJson.read(fields));
    if (type == RequestType.IMPORT && task.chunk() == null) {
      throw new Refusal(ErrorCode.MISSING_FIELD, "chunk is missing: the part of a session");
    }
    return task;
  }

  private @Nullable List<Message> messages() throws Refusal {
    JsonNode node = fields.get("messages");
    if (node == null) {
      return null;
    }
    if (!node.isArray()) {
      throw fields.wrongType("messages", "an array", node);
    }
    if (node.isEmpty()) {
      throw new Refusal(ErrorCode.EMPTY_PROMPT, "messages is empty: send at least one message");
    }
    List<Message> messages = new ArrayList<>(node.size());
    for (int i = 0; i < node.size(); i++) {
      messages.add(message("messages[" + i + "]", node.get(i)));
    }
    return List.copyOf(messages);
  }

  private Message message(String path, JsonNode node) throws Refusal {
    if (!(node instanceof ObjectNode object)) {
      throw fields.wrongType(path, "an object with role and content", node);
    }
    JsonFields message = new JsonFields(object, path + ".");
    message.refuseUnknown(MESSAGE);
    String role = message.required(message.text("role"), "role", "system, user, assistant or tool");
    String content = message.required(message.text("content"), "content", "the message's text");
    for (Role known : Role.values()) {
      if (known.name().toLowerCase(Locale.ROOT).equals(role)) {
        return new Message(known, content);
      }
    }
    throw message.outOfRange("role", Quoted.of(role), "system, user, assistant or tool");
  }

  private @Nullable List<Integer> promptIds() throws Refusal {
    JsonNode node = fields.get("prompt_ids");
    if (node == null) {
      return null;
    }
    if (!node.isArray()) {
      throw fields.wrongType("prompt_ids", "an array of token ids", node);
    }
    if (node.isEmpty()) {
      throw new Refusal(ErrorCode.EMPTY_PROMPT, "prompt_ids is empty: send at least one token id");
    }
    List<Integer> ids = new ArrayList<>(node.size());
    for (int i = 0; i < node.size(); i++) {
      ids.add(
          (int) fields.whole("prompt_ids[" + i + "]", node.get(i), 0, Integer.MAX_VALUE - 1, ""));
    }
    return List.copyOf(ids);
  }

  private @Nullable Long maxTokens() throws Refusal {
    JsonNode node = fields.get("max_tokens");
    return node == null
        ? null
        : (Long)
            fields.whole(
                "max_tokens", node, 1, maxNewTokens, " (the most is `request.max-new-tokens`)");
  }

  private List<String> stop() throws Refusal {
    JsonNode node = fields.get("stop");
    if (node == null) {
      return List.of();
    }
    if (!node.isArray()) {
      return List.of(stop("stop", node));
    }
    if (node.size() > MAX_STOPS) {
      throw fields.outOfRange("stop", node.size() + " texts", "at most " + MAX_STOPS);
    }
    List<String> stops = new ArrayList<>(node.size());
    for (int i = 0; i < node.size(); i++) {
      stops.add(stop("stop[" + i + "]", node.get(i)));
    }
    return List.copyOf(stops);
  }

  private String stop(String name, JsonNode node) throws Refusal {
    String text = fields.text(name, node);
    if (text.isEmpty() || text.length() > MAX_STOP_CHARS) {
      throw fields.outOfRange(
          name, "a text of " + text.length() + " characters", "1 to " + MAX_STOP_CHARS);
    }
    return text;
  }

  private @Nullable Long deadline() throws Refusal {
    JsonNode node = fields.get("deadline");
    if (node == null) {
      return null;
    }
    if (!node.isTextual()) {
      return fields.whole("deadline", node, 0, LAST_MILLI, " (epoch milliseconds)");
    }
    String text = fields.text("deadline", node);
    try {
      long millis = Instant.parse(text).toEpochMilli();
      if (millis >= 0 && millis <= LAST_MILLI) {
        return millis;
      }
    } catch (DateTimeParseException | ArithmeticException e) {
      // Reported below, like a time out of range.
    }
    throw fields.outOfRange(
        "deadline",
        Quoted.of(text),
        "epoch milliseconds, or an instant such as 2026-01-31T12:00:00Z from 1970 to 9999");
  }
}
