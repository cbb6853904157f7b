package io.caudal.analytics.report;

import io.caudal.config.KvSettings;
import java.util.Locale;

/** Values and sentences of rules. */
final class RuleText {
  private static final long MB = 1 << 20;

  private RuleText() {}

  static String say(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** A setting that is a whole number. */
  static int number(Figures f, String key) {
    return Integer.parseInt(f.text(key));
  }

  /** A setting that is a number of bytes. */
  static long size(Figures f, String key) {
    KvSettings kv = KvSettings.from(f.settings());
    return key.equals("kv.host.bytes") ? kv.hostBytes() : kv.waitingBytes();
  }

  /** A time as settings take it. */
  static String time(long millis) {
    return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
  }

  /** A number of bytes as settings take it. */
  static String bytes(long bytes) {
    return bytes % MB == 0 ? bytes / MB + "mb" : Long.toString(bytes);
  }
}
