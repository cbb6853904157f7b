package io.caudal.protocol;

import static io.caudal.protocol.JsonFields.closed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.error.ErrorCode;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of a request's JSON that say how tokens are chosen, each with its type and range. */
final class SamplingFields {
  private static final int MAX_BIASES = 300;
  private static final int MAX_TOP_LOGPROBS = 20;
  private static final int MAX_CHOICES = 8;

  private final JsonFields fields;

  SamplingFields(JsonFields fields) {
    this.fields = fields;
  }

  SamplingParams read() throws Refusal {
    SamplingParams none = SamplingParams.GREEDY;
    Long topK = fields.whole("top_k", 0, Integer.MAX_VALUE);
    return new SamplingParams(
        fields.number("temperature", closed(0, 2), none.temperature()),
        fields.number("top_p", new JsonFields.Range(0, false, 1, true), none.topP()),
        topK == null ? none.topK() : topK.intValue(),
        fields.number("min_p", new JsonFields.Range(0, true, 1, false), none.minP()),
        fields.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE),
        fields.number("frequency_penalty", closed(-2, 2), none.frequencyPenalty()),
        fields.number("presence_penalty", closed(-2, 2), none.presencePenalty()),
        fields.number(
            "repetition_penalty",
            new JsonFields.Range(0, false, 2, true),
            none.repetitionPenalty()),
        fields.flag("ignore_eos", none.ignoreEos()),
        logitBias(),
        topLogprobs(),
        format(),
        choices());
  }

  private int choices() throws Refusal {
    Long n = fields.whole("n", 1, MAX_CHOICES);
    return n == null ? 1 : n.intValue();
  }

  private Map<Integer, Double> logitBias() throws Refusal {
    JsonNode node = fields.get("logit_bias");
    if (node == null) {
      return Map.of();
    }
    if (!(node instanceof ObjectNode object)) {
      throw fields.wrongType("logit_bias", "an object of token ids and numbers", node);
    }
    if (object.size() > MAX_BIASES) {
      throw fields.outOfRange("logit_bias", object.size() + " tokens", "at most " + MAX_BIASES);
    }
    JsonFields biases = new JsonFields(object, "logit_bias.");
    Map<Integer, Double> bias = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      // Twice the same id, as 7 and 07, must not depend on the order of fields.
      if (!entry.getKey().matches("0|[1-9][0-9]{0,8}")) {
        throw fields.outOfRange(
            "logit_bias", "a bias of " + Quoted.of(entry.getKey()), "keys are token ids, as \"7\"");
      }
      if (!entry.getValue().isNumber()) {
        throw biases.wrongType(entry.getKey(), "a number", entry.getValue());
      }
      bias.put(
          Integer.parseInt(entry.getKey()), biases.number(entry.getKey(), closed(-100, 100), 0));
    }
    return bias;
  }

  private @Nullable Integer topLogprobs() throws Refusal {
    boolean wanted = fields.flag("logprobs", false);
    Long top = fields.whole("top_logprobs", 0, MAX_TOP_LOGPROBS);
    if (top != null && !wanted) {
      throw fields.outOfRange("top_logprobs", top.toString(), "needs \"logprobs\":true");
    }
    return wanted ? top == null ? 0 : top.intValue() : null;
  }

  private ResponseFormat format() throws Refusal {
    JsonNode node = fields.get("response_format");
    if (node == null) {
      return ResponseFormat.TEXT;
    }
    if (!(node instanceof ObjectNode object)) {
      throw fields.wrongType("response_format", "an object with a type", node);
    }
    JsonFields format = new JsonFields(object, "response_format.");
    String type = format.required(format.text("type"), "type", "text or json_object");
    ResponseFormat known =
        switch (type) {
          case "text" -> ResponseFormat.TEXT;
          case "json_object" -> ResponseFormat.JSON_OBJECT;
          case "json_schema" ->
              throw new Refusal(
                  ErrorCode.BAD_PARAMETER,
                  "response_format.type = 'json_schema' is not supported: text or json_object; put"
                      + " the schema into the prompt");
          default -> throw format.outOfRange("type", Quoted.of(type), "text or json_object");
        };
    format.refuseUnknown(Set.of("type"));
    return known;
  }
}
