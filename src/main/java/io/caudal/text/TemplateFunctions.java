package io.caudal.text;

import com.hubspot.jinjava.interpret.InterpretException;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.TemplateError;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The functions that Hugging Face gives to chat templates. Jinjava wants public static methods. */
public final class TemplateFunctions {
  /** The variable that holds the time of the render. */
  static final String NOW = "__now";

  private TemplateFunctions() {}

  /** Thrown by a template on purpose; carries its message out of the renderer. */
  static final class Raised extends InterpretException {
    Raised(String message) {
      super(message);
    }
  }

  /** {@code raise_exception(message)}. */
  public static Object raiseException(Object message) {
    throw new Raised(String.valueOf(message));
  }

  /**
   * {@code strftime_now(format)}: the time of the request in UTC, so that a replay says the same.
   */
  public static String strftimeNow(String format) {
    Object now = JinjavaInterpreter.getCurrent().getContext().get(NOW);
    ZonedDateTime time =
        (now instanceof Instant instant ? instant : Instant.EPOCH).atZone(ZoneOffset.UTC);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        out.append(c);
        continue;
      }
      boolean unpadded = format.charAt(i + 1) == '-' && i + 2 < format.length();
      i += unpadded ? 2 : 1;
      String field = field(format.charAt(i), time);
      out.append(unpadded && field.startsWith("0") ? field.substring(1) : field);
    }
    return out.toString();
  }

  private static String field(char conversion, ZonedDateTime time) {
    String pattern =
        switch (conversion) {
          case 'd' -> "dd";
          case 'm' -> "MM";
          case 'Y' -> "uuuu";
          case 'y' -> "uu";
          case 'b' -> "MMM";
          case 'B' -> "MMMM";
          case 'a' -> "EEE";
          case 'A' -> "EEEE";
          case 'H' -> "HH";
          case 'I' -> "hh";
          case 'M' -> "mm";
          case 'S' -> "ss";
          case 'p' -> "a";
          case 'j' -> "DDD";
          case 'F' -> "uuuu-MM-dd";
          case 'T' -> "HH:mm:ss";
          case '%' -> "'%'";
          default -> throw new Raised("strftime_now does not know %" + conversion);
        };
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
  }

  static String message(TemplateError error) {
    String raised = raised(error.getException());
    return raised != null ? raised : "line " + error.getLineno() + ": " + error.getMessage();
  }

  static String message(Throwable failure) {
    String raised = raised(failure);
    return raised != null ? raised : String.valueOf(failure.getMessage());
  }

  private static @Nullable String raised(@Nullable Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof Raised) {
        return t.getMessage();
      }
    }
    return null;
  }
}
