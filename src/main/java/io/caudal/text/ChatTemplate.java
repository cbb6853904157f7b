package io.caudal.text;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.Context.Library;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.Message;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A model's chat template: Jinja, rendered as Hugging Face's {@code apply_chat_template} does
 * (trim_blocks, lstrip_blocks, no escaping, bos_token, eos_token, raise_exception, strftime_now).
 * Safe for use by any thread.
 *
 * <p>A template can reach the messages and nothing else: no class, no file, no other template.
 */
final class ChatTemplate {
  private static final int MAX_OUTPUT_CHARS = 64 << 20;
  private static final int MAX_LOOPS = 100_000;

  private final String source;
  private final Map<String, String> specialTokens;
  private final Jinjava jinjava;

  /**
   * @param specialTokens {@code bos_token} and others by that name, as the template sees them
   */
  ChatTemplate(String source, Map<String, String> specialTokens) {
    // Jinja drops one line end at the end of a template (keep_trailing_newline is off).
    this.source =
        JinjaDialect.toJinjava(
            source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
    this.specialTokens = Map.copyOf(specialTokens);
    this.jinjava = new Jinjava(config());
    jinjava.registerFilter(new ToJsonFilter());
    jinjava.registerFunction(
        new ELFunctionDefinition(
            "", "raise_exception", TemplateFunctions.class, "raiseException", Object.class));
    jinjava.registerFunction(
        new ELFunctionDefinition(
            "", "strftime_now", TemplateFunctions.class, "strftimeNow", String.class));
  }

  private static JinjavaConfig config() {
    return JinjavaConfig.newBuilder()
        .withTrimBlocks(true)
        .withLstripBlocks(true)
        .withNestedInterpretationEnabled(false)
        .withMaxOutputSize(MAX_OUTPUT_CHARS)
        .withRangeLimit(MAX_LOOPS)
        .withLocale(Locale.ROOT)
        .withTimeZone(ZoneOffset.UTC)
        .withElResolver(new TemplateResolver())
        .withDisabled(Map.of(Library.TAG, Set.of("include", "import", "from", "extends", "block")))
        .withLegacyOverrides(
            LegacyOverrides.newBuilder()
                .withIterateOverMapKeys(true)
                .withEvaluateMapKeys(true)
                .withUsePyishObjectMapper(false)
                .withUseNaturalOperatorPrecedence(true)
                .withParseWhitespaceControlStrictly(true)
                .withAllowAdjacentTextNodes(true)
                .withUseTrimmingForNotesAndExpressions(true)
                .withKeepNullableLoopValues(true)
                .build())
        .build();
  }

  /**
   * The text of a conversation.
   *
   * @param generationPrompt whether the start of the assistant's next message follows
   * @param nowMillis what {@code strftime_now} takes for now, epoch milliseconds
   * @throws CaudalException {@code CHAT_TEMPLATE_FAILED} with the template's own message
   */
  String render(List<Message> messages, boolean generationPrompt, long nowMillis) {
    Map<String, Object> variables = new HashMap<>(specialTokens);
    variables.put("messages", messages.stream().map(ChatTemplate::variable).toList());
    variables.put("add_generation_prompt", generationPrompt);
    // Functions are not variables to Jinjava; these make `strftime_now is defined` true.
    variables.put("strftime_now", true);
    variables.put("raise_exception", true);
    variables.put(TemplateFunctions.NOW, Instant.ofEpochMilli(nowMillis));
    RenderResult result;
    try {
      result = jinjava.renderForResult(source, variables);
    } catch (RuntimeException e) {
      throw new CaudalException(
          ErrorCode.CHAT_TEMPLATE_FAILED,
          "the model's chat template failed: " + TemplateFunctions.message(e),
          e);
    }
    for (TemplateError error : result.getErrors()) {
      throw new CaudalException(
          ErrorCode.CHAT_TEMPLATE_FAILED,
          "the model's chat template failed: " + TemplateFunctions.message(error));
    }
    return result.getOutput();
  }

  private static Map<String, Object> variable(Message message) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("role", message.role().name().toLowerCase(Locale.ROOT));
    fields.put("content", message.content());
    return fields;
  }
}
