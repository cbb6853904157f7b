package io.caudal.stream.inference;

import io.caudal.error.CaudalException;
import io.caudal.kv.Beginning;
import io.caudal.protocol.ControlAction;
import io.caudal.protocol.Role;
import io.caudal.text.ModelText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a {@link ControlAction} says of how sessions begin, in tokens. */
final class Beginnings {
  private Beginnings() {}

  /**
   * The ways in which it may be meant; empty if it says nothing. Text may be a prompt's, or a first
   * message's. Its last token is left out: in a longer text it may be another.
   */
  static List<Beginning> of(ControlAction action, ModelText text, long nowMillis) {
    List<Beginning> beginnings = new ArrayList<>();
    if (action.prefixHash() != null) {
      beginnings.add(Beginning.ofHash(action.prefixHash()));
    }
    String prefix = action.prefix();
    if (prefix != null) {
      beginnings.add(withoutLast(text.prompts().prompt(prefix, true)));
      for (Role role : List.of(Role.SYSTEM, Role.USER)) {
        try {
          int[] tokens = text.prompts().beginning(role, prefix, nowMillis);
          if (tokens.length > 1) {
            beginnings.add(withoutLast(tokens));
          }
        } catch (CaudalException e) {
          // No template, or one without such a message: no session begins so.
        }
      }
    }
    return beginnings;
  }

  private static Beginning withoutLast(int[] tokens) {
    return Beginning.ofTokens(Arrays.copyOf(tokens, Math.max(1, tokens.length - 1)));
  }
}
