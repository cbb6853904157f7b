package io.caudal.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A request's JSON, version 1: what producers send, and how a request waits in state. In state it
 * also has {@code arrival_ms}, which {@link RequestParser} refuses from outside: there the arrival
 * is Kafka's timestamp. Values at their default are left out.
 */
public final class RequestJson {
  private static final String ARRIVAL = "arrival_ms";

  private RequestJson() {}

  /** All fields; an arrival of 0 is none, as a producer wants it. */
  public static byte[] write(Request request) {
    return Wire.write(out -> body(out, request));
  }

  /**
   * Reads what {@link #write} wrote. Limits that may have changed since are not checked again.
   *
   * @throws io.caudal.error.CaudalException when the bytes are something else
   */
  public static Request read(byte[] json) {
    return Read.read("request", json, RequestJson::request);
  }

  private static Request request(ObjectNode object) throws Refusal {
    Long arrival = new JsonFields(object, "").whole(ARRIVAL, Long.MIN_VALUE, Long.MAX_VALUE);
    return new RequestFields(object, Integer.MAX_VALUE).read(null, arrival == null ? 0 : arrival);
  }

  static String name(RequestType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private static void body(JsonGenerator out, Request request) throws IOException {
    if (request.type() != RequestType.GENERATE) {
      out.writeStringField("type", name(request.type()));
    }
    out.writeStringField("request_id", request.requestId());
    Wire.text(out, "session_id", request.sessionId());
    input(out, request);
    if (request.maxTokens() != null) {
      out.writeNumberField("max_tokens", request.maxTokens());
    }
    sampling(out, request.sampling());
    if (!request.stop().isEmpty()) {
      out.writeArrayFieldStart("stop");
      for (String stop : request.stop()) {
        out.writeString(stop);
      }
      out.writeEndArray();
    }
    if (!request.stream()) {
      out.writeBooleanField("stream", false);
    }
    Wire.text(out, "tenant", request.tenant());
    if (request.priority() != 0) {
      out.writeNumberField("priority", request.priority());
    }
    if (request.deadlineMillis() != null) {
      out.writeNumberField("deadline", request.deadlineMillis());
    }
    Wire.text(out, "model", request.model());
    Wire.text(out, "target_request_id", request.targetRequestId());
    task(out, request.task());
    if (request.arrivalMillis() != 0) {
      out.writeNumberField(ARRIVAL, request.arrivalMillis());
    }
  }

  private static void task(JsonGenerator out, SessionTask task) throws IOException {
    if (task.tier() != CacheTier.ALL) {
      out.writeStringField("tier", task.tier().label());
    }
    if (task.overwrite()) {
      out.writeBooleanField("overwrite", true);
    }
    if (task.chunk() != null) {
      out.writeObjectFieldStart("chunk");
      SessionChunkJson.body(out, task.chunk());
      out.writeEndObject();
    }
  }

  private static void input(JsonGenerator out, Request request) throws IOException {
    if (request.messages() != null) {
      out.writeArrayFieldStart("messages");
      for (Message message : request.messages()) {
        out.writeStartObject();
        out.writeStringField("role", message.role().name().toLowerCase(Locale.ROOT));
        out.writeStringField("content", message.content());
        out.writeEndObject();
      }
      out.writeEndArray();
    }
    Wire.text(out, "prompt", request.prompt());
    if (request.promptIds() != null) {
      out.writeArrayFieldStart("prompt_ids");
      for (int id : request.promptIds()) {
        out.writeNumber(id);
      }
      out.writeEndArray();
    }
  }

  private static void sampling(JsonGenerator out, SamplingParams sampling) throws IOException {
    SamplingParams none = SamplingParams.GREEDY;
    number(out, "temperature", sampling.temperature(), none.temperature());
    number(out, "top_p", sampling.topP(), none.topP());
    if (sampling.topK() != none.topK()) {
      out.writeNumberField("top_k", sampling.topK());
    }
    number(out, "min_p", sampling.minP(), none.minP());
    if (sampling.seed() != null) {
      out.writeNumberField("seed", sampling.seed());
    }
    number(out, "frequency_penalty", sampling.frequencyPenalty(), none.frequencyPenalty());
    number(out, "presence_penalty", sampling.presencePenalty(), none.presencePenalty());
    number(out, "repetition_penalty", sampling.repetitionPenalty(), none.repetitionPenalty());
    if (sampling.ignoreEos()) {
      out.writeBooleanField("ignore_eos", true);
    }
    if (!sampling.logitBias().isEmpty()) {
      out.writeObjectFieldStart("logit_bias");
      for (Map.Entry<Integer, Double> bias : new TreeMap<>(sampling.logitBias()).entrySet()) {
        out.writeNumberField(bias.getKey().toString(), bias.getValue());
      }
      out.writeEndObject();
    }
    if (sampling.topLogprobs() != null) {
      out.writeBooleanField("logprobs", true);
      out.writeNumberField("top_logprobs", sampling.topLogprobs());
    }
    if (sampling.format() != none.format()) {
      out.writeObjectFieldStart("response_format");
      out.writeStringField("type", sampling.format().name().toLowerCase(Locale.ROOT));
      out.writeEndObject();
    }
    if (sampling.choices() != none.choices()) {
      out.writeNumberField("n", sampling.choices());
    }
  }

  private static void number(JsonGenerator out, String name, double value, double absent)
      throws IOException {
    if (value != absent) {
      out.writeNumberField(name, value);
    }
  }
}
