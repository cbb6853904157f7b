package io.caudal.stream.inference;

import io.caudal.config.KvSettings;
import io.caudal.config.RequestSettings;
import io.caudal.engine.ModelInfo;
import io.caudal.engine.host.Engine;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.Request;
import io.caudal.text.PromptBuilder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns a request and what its session remembers into the context to generate from. */
final class TurnPreparer {
  private final Engine engine;
  private final PromptBuilder prompts;
  private RequestSettings limits;
  private int sessionMaxTokens;

  TurnPreparer(Engine engine, RequestSettings limits, KvSettings kv) {
    this.engine = engine;
    this.prompts = engine.text().prompts().within(engine.model().contextTokens());
    this.limits = limits;
    this.sessionMaxTokens = sessionMaxTokens(kv);
  }

  /** Live settings; they hold from the next request on. */
  void configure(RequestSettings limits, KvSettings kv) {
    this.limits = limits;
    this.sessionMaxTokens = sessionMaxTokens(kv);
  }

  private int sessionMaxTokens(KvSettings kv) {
    int context = engine.model().contextTokens();
    return kv.sessionMaxTokens() == 0 ? context : Math.min(context, kv.sessionMaxTokens());
  }

  /**
   * Token ids of the session's history and the new turn.
   *
   * @param history what the session remembers; empty for a first turn
   * @throws CaudalException if the request can't be served, with a code for its result
   */
  int[] context(Request request, int[] history) {
    checkModel(request.model());
    int[] prompt = prompt(request, history.length == 0);
    if (history.length + prompt.length == 0) {
      throw new CaudalException(
          ErrorCode.EMPTY_PROMPT, "the prompt has no tokens; send messages, prompt or prompt_ids");
    }
    checkIds(prompt);
    int[] context = Arrays.copyOf(history, history.length + prompt.length);
    System.arraycopy(prompt, 0, context, history.length, prompt.length);
    return context;
  }

  /** Most tokens that may be generated after {@code contextTokens}. */
  int maxNewTokens(Request request, int contextTokens) {
    Integer asked = request.maxTokens();
    int least = asked == null ? 1 : asked;
    int model = engine.model().contextTokens();
    if (contextTokens + least > model) {
      throw new CaudalException(
          ErrorCode.CONTEXT_TOO_LONG,
          String.format(
              "%d tokens of history and prompt and %d to generate are over the model's context of"
                  + " %d; shorten the prompt, lower max_tokens or begin a new session",
              contextTokens, least, model));
    }
    if (request.sessionId() != null && contextTokens + least > sessionMaxTokens) {
      throw new CaudalException(
          ErrorCode.SESSION_TOO_LONG,
          String.format(
              "%d tokens of history and prompt and %d to generate are over a session's limit of"
                  + " %d; raise kv.session.max-tokens or begin a new session",
              contextTokens, least, sessionMaxTokens));
    }
    int room = (request.sessionId() == null ? model : sessionMaxTokens) - contextTokens;
    return Math.min(room, asked == null ? limits.defaultMaxTokens() : asked);
  }

  private void checkModel(@Nullable String wanted) {
    ModelInfo model = engine.model();
    if (wanted != null && !wanted.equals(model.name())) {
      throw new CaudalException(
          ErrorCode.UNKNOWN_MODEL,
          String.format(
              "model '%s' does not run here, '%s' does; leave model out or set model.name",
              wanted, model.name()));
    }
  }

  private int[] prompt(Request request, boolean first) {
    if (request.messages() != null) {
      // A template may ask for the date: a replay must see the one that the first attempt saw.
      return first
          ? prompts.first(request.messages(), request.arrivalMillis())
          : prompts.next(request.messages(), request.arrivalMillis());
    }
    if (request.prompt() != null) {
      return prompts.prompt(request.prompt(), first);
    }
    List<Integer> ids = request.promptIds();
    return ids == null ? new int[0] : ids.stream().mapToInt(Integer::intValue).toArray();
  }

  /** A tokenizer may know tokens that the model has no embedding for. */
  private void checkIds(int[] prompt) {
    int vocabulary = engine.model().vocabularySize();
    for (int id : prompt) {
      if (id < 0 || id >= vocabulary) {
        throw new CaudalException(
            ErrorCode.BAD_PARAMETER,
            String.format(
                "the prompt has token id %d, the model's ids are 0 to %d", id, vocabulary - 1));
      }
    }
  }
}
