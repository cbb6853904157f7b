package io.caudal.text;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rewrites what Jinjava's parser takes otherwise than Jinja's, without a change of meaning:
 *
 * <ul>
 *   <li>{@code f(a=b - 1)} becomes {@code f(a=(b - 1))}: Jinjava binds a named argument tighter
 *       than any operator;
 *   <li>{@code x[::-1]} becomes {@code x|reverse}: Jinjava knows no step.
 * </ul>
 *
 * A loop with a condition ({@code for x in y if z}) is refused: Jinjava passes over the condition.
 * Booleans print as {@code true}, not {@code True}. Only code is touched, not plain text, text
 * literals or comments.
 */
final class JinjaDialect {
  private static final Pattern FILTERED_LOOP =
      Pattern.compile("\\{%[-+]?\\s*for\\s[^%]*\\sin\\s(?![^%]*\\selse\\s)[^%]*\\sif\\s[^%]*%}");

  private static final String REVERSED = "[::-1]";

  private final String source;
  private final StringBuilder out = new StringBuilder();

  private JinjaDialect(String source) {
    this.source = source;
  }

  static String toJinjava(String source) {
    Matcher filteredLoop = FILTERED_LOOP.matcher(source);
    if (filteredLoop.find()) {
      throw new CaudalException(
          ErrorCode.CHAT_TEMPLATE_FAILED,
          "the model's chat template has a loop with a condition, which is not supported: "
              + filteredLoop.group());
    }
    return new JinjaDialect(source).rewrite();
  }

  private String rewrite() {
    int at = 0;
    while (at < source.length()) {
      if (source.startsWith("{#", at)) {
        at = copy(at, end("#}", at));
      } else if (source.startsWith("{{", at)) {
        at = code(at, "}}");
      } else if (source.startsWith("{%", at)) {
        at = isMacro(at) ? copy(at, end("%}", at)) : code(at, "%}");
      } else {
        at = copy(at, at + 1);
      }
    }
    return out.toString();
  }

  /** Copies code up to and including {@code close}; returns where it ends. */
  private int code(int from, String close) {
    int at = copy(from, from + 2);
    while (at < source.length() && !source.startsWith(close, at)) {
      at = step(at);
    }
    return copy(at, at + close.length());
  }

  /** Copies one literal, bracket or character of code. */
  private int step(int at) {
    char c = source.charAt(at);
    if (c == '\'' || c == '"') {
      return copy(at, literalEnd(at));
    }
    if (source.startsWith(REVERSED, at)) {
      out.append("|reverse");
      return at + REVERSED.length();
    }
    return c == '(' ? arguments(at) : copy(at, at + 1);
  }

  private int arguments(int open) {
    int at = copy(open, open + 1);
    boolean named = false;
    int depth = 0;
    while (at < source.length()) {
      char c = source.charAt(at);
      if (depth == 0 && (c == ')' || c == ',') && named) {
        out.append(')');
        named = false;
      }
      if (depth == 0 && c == ')') {
        return copy(at, at + 1);
      }
      if (depth == 0 && !named && assigns(at)) {
        at = copy(at, at + 1);
        out.append('(');
        named = true;
      } else {
        depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
        depth = source.startsWith(REVERSED, at) ? depth - 1 : depth;
        at = step(at);
      }
    }
    return at;
  }

  /** Whether the character is an {@code =} that is no part of a comparison. */
  private boolean assigns(int at) {
    return source.charAt(at) == '='
        && !source.startsWith("==", at)
        && "=!<>".indexOf(source.charAt(at - 1)) < 0;
  }

  private boolean isMacro(int at) {
    int word = at + 2;
    while (word < source.length() && "-+ \n\t".indexOf(source.charAt(word)) >= 0) {
      word++;
    }
    return source.startsWith("macro", word);
  }

  private int literalEnd(int at) {
    int end = at + 1;
    while (end < source.length() && source.charAt(end) != source.charAt(at)) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    return end + 1;
  }

  private int end(String close, int from) {
    int at = source.indexOf(close, from + 2);
    return at < 0 ? source.length() : at + close.length();
  }

  private int copy(int from, int to) {
    int end = Math.min(to, source.length());
    out.append(source, from, end);
    return end;
  }
}
