package io.caudal.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code tokenizer_config.json} and {@code chat_template.jinja} say of a model's chats. */
record TokenizerConfig(@Nullable String template, Map<String, String> specialTokens) {
  private static final String FILE = "tokenizer_config.json";

  /** Newer folders keep the template here; it goes before the one in the JSON. */
  private static final String TEMPLATE_FILE = "chat_template.jinja";

  static TokenizerConfig read(Path folder) {
    Path file = folder.resolve(FILE);
    Path templateFile = folder.resolve(TEMPLATE_FILE);
    try {
      JsonNode root =
          Files.isRegularFile(file)
              ? new ObjectMapper().readTree(file.toFile())
              : MissingNode.getInstance();
      String template =
          Files.isRegularFile(templateFile)
              ? Files.readString(templateFile)
              : template(root.path("chat_template"));
      return new TokenizerConfig(template, specialTokens(root));
    } catch (IOException e) {
      throw new CaudalException(
          ErrorCode.MODEL_DAMAGED, "can't read " + file + ": " + e.getMessage(), e);
    }
  }

  @Nullable ChatTemplate chatTemplate() {
    return template == null ? null : new ChatTemplate(template, specialTokens);
  }

  /** A text, or a list of named ones. */
  private static @Nullable String template(JsonNode node) {
    if (node.isTextual()) {
      return node.textValue();
    }
    for (JsonNode named : node) {
      if (named.path("name").asText().equals("default") && named.path("template").isTextual()) {
        return named.path("template").textValue();
      }
    }
    return null;
  }

  /** A token is a text, or an object with its {@code content}. */
  private static Map<String, String> specialTokens(JsonNode root) {
    Map<String, String> tokens = new HashMap<>();
    root.properties()
        .forEach(
            field -> {
              JsonNode token = field.getValue();
              String content =
                  token.isTextual() ? token.textValue() : token.path("content").textValue();
              if (field.getKey().endsWith("_token") && content != null) {
                tokens.put(field.getKey(), content);
              }
            });
    return Map.copyOf(tokens);
  }
}
