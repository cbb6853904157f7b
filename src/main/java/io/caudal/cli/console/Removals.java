package io.caudal.cli.console;

import io.caudal.analytics.Text;
import io.caudal.protocol.CacheTier;
import io.caudal.protocol.ControlAck;
import io.caudal.protocol.ControlAction;
import io.caudal.protocol.Removed;
import java.util.Collection;

/** Says what was to be removed, and what was. */
public final class Removals {
  private Removals() {}

  static String asked(ControlAction action) {
    StringBuilder text = new StringBuilder("clear KV");
    if (action.tier() != CacheTier.ALL) {
      text.append(" in ").append(action.tier().label());
    }
    if (action.tenant() != null) {
      text.append(" of tenant ").append(action.tenant());
    }
    String prefix = action.prefix();
    if (prefix != null) {
      text.append(" that begins with '").append(prefix, 0, Math.min(40, prefix.length()));
      text.append(prefix.length() > 40 ? "…'" : "'");
    }
    if (action.prefixHash() != null) {
      text.append(" from block ").append(String.format("%016x", action.prefixHash())).append(" on");
    }
    return text.toString();
  }

  public static String of(Removed removed) {
    return removed.sessions()
        + " sessions, "
        + removed.deviceTokens()
        + " tokens on the device, "
        + Text.bytes(removed.hostBytes())
        + " in host memory, "
        + Text.bytes(removed.stateBytes())
        + " in state";
  }

  /** A line for each subtask, and their sum. */
  public static String lines(Collection<ControlAck> acks) {
    StringBuilder lines = new StringBuilder();
    Removed sum = Removed.NONE;
    for (ControlAck ack : acks) {
      lines.append("subtask ").append(ack.subtask()).append("  ");
      if (ack.report() != null && ack.report().removed() != null) {
        lines.append(of(ack.report().removed()));
        sum = sum.plus(ack.report().removed());
      } else {
        lines.append("refused: ").append(String.join("; ", ack.problems()));
      }
      lines.append('\n');
    }
    return lines + "removed    " + of(sum) + "; the sessions stay\n";
  }
}
