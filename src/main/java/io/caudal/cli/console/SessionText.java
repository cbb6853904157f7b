package io.caudal.cli.console;

import io.caudal.analytics.Text;
import io.caudal.protocol.SessionInfo;
import io.caudal.protocol.SessionJson;
import java.util.ArrayList;
import java.util.List;

/** Sessions as people and programs read them. */
public final class SessionText {
  private SessionText() {}

  public static String table(List<SessionInfo> sessions) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of("SESSION", "TENANT", "TURNS", "TOKENS", "KV IN STATE", "NOW IN", "LAST USED", ""));
    for (SessionInfo one : sessions) {
      rows.add(
          List.of(
              one.sessionId(),
              one.tenant(),
              Integer.toString(one.turns()),
              Integer.toString(one.tokens()),
              Text.bytes(one.kvBytes()),
              one.tier(),
              Text.time(one.lastUsedMillis()),
              (one.pinned() ? "pinned " : "") + (one.busy() ? "busy" : "")));
    }
    return Text.table(rows);
  }

  /** What all of them come to. */
  public static String sum(List<SessionInfo> sessions, int shown) {
    long tokens = sessions.stream().mapToLong(SessionInfo::tokens).sum();
    long bytes = sessions.stream().mapToLong(SessionInfo::kvBytes).sum();
    return sessions.size()
        + " sessions"
        + (shown < sessions.size() ? " (" + shown + " shown)" : "")
        + ", "
        + tokens
        + " tokens, "
        + Text.bytes(bytes)
        + " of KV in state";
  }

  /** All that is known of one. */
  public static String lines(SessionInfo one) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("session", one.sessionId()));
    rows.add(List.of("tenant", one.tenant()));
    rows.add(List.of("turns", Integer.toString(one.turns())));
    rows.add(List.of("tokens", Integer.toString(one.tokens())));
    rows.add(List.of("KV in state", Text.bytes(one.kvBytes()) + ", up to token " + one.kvTokens()));
    rows.add(List.of("now in", one.tier()));
    rows.add(List.of("pinned", one.pinned() ? "yes" : "no"));
    rows.add(List.of("began", Text.time(one.createdMillis())));
    rows.add(List.of("last used", Text.time(one.lastUsedMillis())));
    rows.add(List.of("expires", Text.time(one.expiresMillis())));
    if (!one.chain().isEmpty()) {
      rows.add(List.of("blocks", String.join(" ", one.chain())));
    }
    return Text.table(rows);
  }

  public static String json(SessionInfo one) {
    return SessionJson.text(one);
  }
}
