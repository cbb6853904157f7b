package io.caudal.text;

import com.hubspot.jinjava.interpret.InterpretException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The methods of Python's {@code str} that chat templates call. */
final class PythonText {
  private PythonText() {}

  static Object call(String text, String method, List<Object> arguments) {
    return switch (method) {
      case "strip" -> strip(text, characters(arguments), true, true);
      case "lstrip" -> strip(text, characters(arguments), true, false);
      case "rstrip" -> strip(text, characters(arguments), false, true);
      case "startswith" -> text.startsWith(argument(method, arguments, 0));
      case "endswith" -> text.endsWith(argument(method, arguments, 0));
      case "split" -> split(text, arguments);
      case "replace" ->
          text.replace(argument(method, arguments, 0), argument(method, arguments, 1));
      case "upper" -> text.toUpperCase(Locale.ROOT);
      case "lower" -> text.toLowerCase(Locale.ROOT);
      case "title" -> title(text);
      case "capitalize" -> capitalize(text);
      case "find" -> text.indexOf(argument(method, arguments, 0));
      case "count" -> count(text, argument(method, arguments, 0));
      case "join" -> join(text, arguments);
      default -> throw new InterpretException("a text has no method '" + method + "'");
    };
  }

  private static String argument(String method, List<Object> arguments, int index) {
    if (index >= arguments.size()) {
      throw new InterpretException(
          method + "() needs an argument more than the " + arguments.size() + " given");
    }
    return String.valueOf(arguments.get(index));
  }

  /** What strip removes: the given characters, or white space for none. */
  private static String characters(List<Object> arguments) {
    return arguments.isEmpty() ? "" : String.valueOf(arguments.get(0));
  }

  private static String strip(String text, String characters, boolean left, boolean right) {
    int from = 0;
    int to = text.length();
    while (left && from < to && removable(text.charAt(from), characters)) {
      from++;
    }
    while (right && to > from && removable(text.charAt(to - 1), characters)) {
      to--;
    }
    return text.substring(from, to);
  }

  private static boolean removable(char c, String characters) {
    return characters.isEmpty()
        ? Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085'
        : characters.indexOf(c) >= 0;
  }

  private static List<String> split(String text, List<Object> arguments) {
    if (arguments.isEmpty()) {
      String stripped = strip(text, "", true, true);
      return stripped.isEmpty() ? List.of() : List.of(stripped.split("\\s+", -1));
    }
    String separator = argument("split", arguments, 0);
    if (separator.isEmpty()) {
      throw new InterpretException("split: empty separator");
    }
    long most =
        arguments.size() > 1 && arguments.get(1) instanceof Number n && n.longValue() >= 0
            ? n.longValue()
            : Long.MAX_VALUE;
    List<String> parts = new ArrayList<>();
    int from = 0;
    int at = text.indexOf(separator);
    while (at >= 0 && parts.size() < most) {
      parts.add(text.substring(from, at));
      from = at + separator.length();
      at = text.indexOf(separator, from);
    }
    parts.add(text.substring(from));
    return parts;
  }

  private static String capitalize(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toUpperCase(Locale.ROOT)
            + text.substring(1).toLowerCase(Locale.ROOT);
  }

  private static String title(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean inWord = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      out.append(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inWord = Character.isLetter(c);
    }
    return out.toString();
  }

  private static int count(String text, String part) {
    int found = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      found++;
      if (part.isEmpty() && at == text.length()) {
        break;
      }
    }
    return found;
  }

  private static String join(String separator, List<Object> arguments) {
    if (arguments.isEmpty() || !(arguments.get(0) instanceof Iterable<?> parts)) {
      throw new InterpretException("join() needs a list");
    }
    List<String> texts = new ArrayList<>();
    parts.forEach(part -> texts.add(String.valueOf(part)));
    return String.join(separator, texts);
  }
}
