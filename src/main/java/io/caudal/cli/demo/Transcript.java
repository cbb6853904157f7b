package io.caudal.cli.demo;

import java.io.PrintWriter;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prints conversations that run side by side so that they can be read: one answer streams to the
 * open line, the others wait their turn and are printed when it ends.
 */
final class Transcript {
  private final PrintWriter out;
  private final Map<String, Exchange> waiting = new LinkedHashMap<>();
  private @Nullable String open;
  private boolean interrupted;

  Transcript(PrintWriter out) {
    this.out = out;
  }

  /** A user's turn was sent; it is printed with the first piece of its answer. */
  void asked(String name, String text) {
    Exchange exchange = waiting.computeIfAbsent(name, key -> new Exchange());
    exchange.text.append(prefix(name, '>')).append(text).append('\n').append(prefix(name, '<'));
    exchange.answering = false;
    exchange.ended = false;
  }

  /** More of the answer to the speaker's last turn. */
  void piece(String name, String text) {
    Exchange exchange = waiting.get(name);
    if (name.equals(open)) {
      if (interrupted && !text.isEmpty()) {
        out.print(prefix(name, '<') + "... ");
        interrupted = false;
      }
      out.print(text);
    } else if (exchange != null) {
      exchange.text.append(text);
      exchange.answering = true;
      if (open == null) {
        openNext();
      }
    }
    out.flush();
  }

  /** The answer to the speaker's last turn is complete. */
  void ended(String name) {
    if (name.equals(open)) {
      if (!interrupted) {
        out.println();
      }
      interrupted = false;
      open = null;
      openNext();
    } else {
      Exchange exchange = waiting.get(name);
      if (exchange != null) {
        exchange.text.append('\n');
        exchange.answering = false;
        exchange.ended = true;
      }
      if (open == null) {
        openNext();
      }
    }
    out.flush();
  }

  /** Something that happens around the conversations. */
  void event(String text) {
    if (open != null && !interrupted) {
      out.println();
      interrupted = true;
    }
    out.println("=== " + text);
    out.flush();
  }

  /** Prints what has ended, then lets the first that hasn't go on in the open line. */
  private void openNext() {
    for (Iterator<Map.Entry<String, Exchange>> entries = waiting.entrySet().iterator();
        entries.hasNext(); ) {
      Map.Entry<String, Exchange> entry = entries.next();
      if (entry.getValue().ended) {
        out.print(entry.getValue().text);
        entries.remove();
      }
    }
    for (Map.Entry<String, Exchange> entry : waiting.entrySet()) {
      if (entry.getValue().answering) {
        open = entry.getKey();
        out.print(entry.getValue().text);
        waiting.remove(open);
        break;
      }
    }
    out.flush();
  }

  private static String prefix(String name, char direction) {
    return String.format("%-6s%c ", name, direction);
  }

  private static final class Exchange {
    private final StringBuilder text = new StringBuilder();
    private boolean answering;
    private boolean ended;
  }
}
