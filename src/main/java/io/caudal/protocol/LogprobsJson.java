package io.caudal.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Log probabilities in a result's JSON: those of OpenAI's chat completions, and the token's id. */
final class LogprobsJson {
  private static final String FIELD = "logprobs";
  private static final JsonFields.Range ANY = JsonFields.closed(-Float.MAX_VALUE, Float.MAX_VALUE);

  private LogprobsJson() {}

  static void write(JsonGenerator out, @Nullable List<TokenLogprobs> tokens) throws IOException {
    if (tokens == null) {
      return;
    }
    out.writeObjectFieldStart(FIELD);
    out.writeArrayFieldStart("content");
    for (TokenLogprobs token : tokens) {
      out.writeStartObject();
      fields(out, token.token());
      out.writeArrayFieldStart("top_logprobs");
      for (Logprob top : token.top()) {
        out.writeStartObject();
        fields(out, top);
        out.writeEndObject();
      }
      out.writeEndArray();
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private static void fields(JsonGenerator out, Logprob token) throws IOException {
    out.writeNumberField("id", token.id());
    out.writeStringField("token", token.token());
    out.writeNumberField("logprob", token.logprob());
    List<Integer> bytes = token.bytes();
    if (bytes == null) {
      out.writeNullField("bytes");
      return;
    }
    out.writeArrayFieldStart("bytes");
    for (int one : bytes) {
      out.writeNumber(one);
    }
    out.writeEndArray();
  }

  static @Nullable List<TokenLogprobs> read(JsonFields result) throws Refusal {
    if (result.get(FIELD) == null) {
      return null;
    }
    List<TokenLogprobs> tokens = new ArrayList<>();
    for (JsonFields token : Read.objects(Read.object(result, FIELD), "content")) {
      List<Logprob> top = new ArrayList<>();
      for (JsonFields one : Read.objects(token, "top_logprobs")) {
        top.add(logprob(one));
      }
      tokens.add(new TokenLogprobs(logprob(token), List.copyOf(top)));
    }
    return List.copyOf(tokens);
  }

  private static Logprob logprob(JsonFields token) throws Refusal {
    return new Logprob(
        Read.count(token, "id"),
        Read.text(token, "token"),
        (float) token.number("logprob", ANY, 0),
        bytes(token));
  }

  private static @Nullable List<Integer> bytes(JsonFields token) throws Refusal {
    JsonNode node = token.get("bytes");
    if (node == null) {
      return null;
    }
    List<Integer> bytes = new ArrayList<>(node.size());
    for (JsonNode one : node) {
      bytes.add((int) token.whole("bytes", one, 0, 255, ""));
    }
    return List.copyOf(bytes);
  }
}
