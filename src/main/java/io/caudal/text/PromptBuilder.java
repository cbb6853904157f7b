package io.caudal.text;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.Message;
import io.caudal.protocol.Role;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns of a conversation to the token ids that the model reads. Safe for use by any thread. */
public final class PromptBuilder {
  private static final String ANSWER = "caudal-answer";

  /** Characters a token, on average, beyond which a text's beginning is counted first. */
  private static final int LONG_TOKENS = 16;

  private final Tokenizer tokenizer;
  private final @Nullable ChatTemplate template;
  private final int mostTokens;

  PromptBuilder(Tokenizer tokenizer, @Nullable ChatTemplate template) {
    this(tokenizer, template, Integer.MAX_VALUE);
  }

  private PromptBuilder(Tokenizer tokenizer, @Nullable ChatTemplate template, int mostTokens) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.mostTokens = mostTokens;
  }

  /**
   * One for a model that reads so many tokens at most. A text that is far too long for it is
   * refused by its beginning, with {@code CONTEXT_TOO_LONG}: to tokenize all of it would keep
   * whoever waits for this thread waiting. What is returned may still be somewhat too long.
   */
  public PromptBuilder within(int mostTokens) {
    return new PromptBuilder(tokenizer, template, mostTokens);
  }

  /** Whether the model can take messages; without a chat template it takes a prompt only. */
  public boolean takesMessages() {
    return template != null;
  }

  /**
   * The whole prompt of a session's first turn, up to where the assistant begins to speak. The
   * template puts a BOS token where the model wants one, so the tokenizer adds none.
   *
   * @param nowMillis the time that a template may print, epoch milliseconds; take the request's
   *     arrival, so that a replay makes the same prompt
   * @throws CaudalException {@code NO_CHAT_TEMPLATE} or {@code CHAT_TEMPLATE_FAILED}
   */
  public int[] first(List<Message> messages, long nowMillis) {
    return encode(template().render(messages, true, nowMillis), false);
  }

  /**
   * What a later turn appends to a session's tokens, which end with the last token of an answer,
   * its end token left out: the end of the assistant's message, the new messages, and the start of
   * the assistant's next one. Its cost does not depend on the session's length: the template
   * renders a stand-in conversation, and the text after the stand-in's answer is taken. Token-exact
   * where the template ends an answer with a special token, as chat templates do.
   *
   * @throws CaudalException {@code NO_CHAT_TEMPLATE} or {@code CHAT_TEMPLATE_FAILED}
   */
  public int[] next(List<Message> messages, long nowMillis) {
    String answer = answerNotIn(messages);
    List<Message> conversation = new ArrayList<>(messages.size() + 2);
    conversation.add(new Message(Role.USER, "A"));
    conversation.add(new Message(Role.ASSISTANT, answer));
    conversation.addAll(messages);
    String text = template().render(conversation, true, nowMillis);
    int at = text.indexOf(answer);
    if (at < 0 || text.indexOf(answer, at + 1) >= 0) {
      throw new CaudalException(
          ErrorCode.CHAT_TEMPLATE_FAILED,
          "the model's chat template does not keep an earlier answer as it is, so a session can't"
              + " go on with messages: send `prompt` instead");
    }
    return encode(text.substring(at + answer.length()), false);
  }

  /**
   * The prompt of a session's first turn up to the end of its first message, which is this one;
   * empty if the template doesn't show its text as it is.
   *
   * @throws CaudalException {@code NO_CHAT_TEMPLATE} or {@code CHAT_TEMPLATE_FAILED}
   */
  public int[] beginning(Role role, String text, long nowMillis) {
    List<Message> messages = new ArrayList<>(List.of(new Message(role, text)));
    if (role != Role.USER) {
      messages.add(new Message(Role.USER, "A"));
    }
    String rendered = template().render(messages, true, nowMillis);
    int at = rendered.indexOf(text);
    return at < 0 ? new int[0] : tokenizer.encode(rendered.substring(0, at + text.length()), false);
  }

  /**
   * Plain text.
   *
   * @param firstInSequence whether nothing comes before it, so that the tokenizer may add BOS
   */
  public int[] prompt(String text, boolean firstInSequence) {
    return encode(text, firstInSequence);
  }

  private int[] encode(String text, boolean addSpecialTokens) {
    int head = (int) Math.min(text.length(), (long) LONG_TOKENS * mostTokens);
    if (head < text.length()) {
      head -= Character.isHighSurrogate(text.charAt(head - 1)) ? 1 : 0;
      // A cut may make a few tokens more of what is one.
      int tokens = tokenizer.encode(text.substring(0, head), addSpecialTokens).length;
      if (tokens > mostTokens + mostTokens / 8) {
        throw new CaudalException(
            ErrorCode.CONTEXT_TOO_LONG,
            String.format(
                "the first %d of a prompt's %d characters are %d tokens already, over the model's"
                    + " context of %d; shorten the prompt",
                head, text.length(), tokens, mostTokens));
      }
    }
    return tokenizer.encode(text, addSpecialTokens);
  }

  private ChatTemplate template() {
    if (template == null) {
      throw new CaudalException(
          ErrorCode.NO_CHAT_TEMPLATE,
          "the model has no chat template, so it can't take `messages`: send `prompt` instead");
    }
    return template;
  }

  private static String answerNotIn(List<Message> messages) {
    String answer = ANSWER;
    for (int i = 0; contains(messages, answer); i++) {
      answer = ANSWER + "-" + i;
    }
    return answer;
  }

  private static boolean contains(List<Message> messages, String text) {
    return messages.stream().anyMatch(message -> message.content().contains(text));
  }
}
