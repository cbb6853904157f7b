package io.caudal.protocol;

import org.jspecify.annotations.Nullable;

/** A caller's text made safe to put into a message: short, printable, valid Unicode. */
final class Quoted {
  private static final int MAX_CHARS = 200;

  private Quoted() {}

  static String of(String text) {
    return "'" + clean(text.length() > 64 ? text.substring(0, 61) + "..." : text) + "'";
  }

  static String clean(@Nullable String text) {
    if (text == null) {
      return "";
    }
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .limit(MAX_CHARS)
        .map(c -> Character.isISOControl(c) || isSurrogate(c) ? '?' : c)
        .forEach(out::appendCodePoint);
    return out.toString();
  }

  /** Index of the first surrogate without its partner; -1 when there is none. */
  static int loneSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else {
        return i;
      }
    }
    return -1;
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
