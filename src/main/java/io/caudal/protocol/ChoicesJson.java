package io.caudal.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answers of a request that asked for several, in a result's JSON. */
final class ChoicesJson {
  private static final String FIELD = "choices";

  private ChoicesJson() {}

  static void write(JsonGenerator out, @Nullable List<Choice> choices) throws IOException {
    if (choices == null) {
      return;
    }
    out.writeArrayFieldStart(FIELD);
    for (Choice choice : choices) {
      out.writeStartObject();
      out.writeNumberField("index", choice.index());
      out.writeStringField("text", choice.text());
      out.writeStringField("finish_reason", ResultJson.name(choice.finishReason()));
      LogprobsJson.write(out, choice.logprobs());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  static @Nullable List<Choice> read(JsonFields result) throws Refusal {
    if (result.get(FIELD) == null) {
      return null;
    }
    List<Choice> choices = new ArrayList<>();
    for (JsonFields choice : Read.objects(result, FIELD)) {
      choices.add(
          new Choice(
              Read.count(choice, "index"),
              Read.text(choice, "text"),
              ResultJson.reason(Read.text(choice, "finish_reason")),
              LogprobsJson.read(choice)));
    }
    return List.copyOf(choices);
  }
}
