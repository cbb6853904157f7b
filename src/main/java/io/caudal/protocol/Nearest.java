package io.caudal.protocol;

import java.util.Collection;
import java.util.Comparator;

/** Finds the name somebody probably meant (Levenshtein distance). */
final class Nearest {
  private static final int LONGEST = 64;

  private Nearest() {}

  static String to(String name, Collection<String> known) {
    String shortened = name.length() > LONGEST ? name.substring(0, LONGEST) : name;
    return known.stream()
        .min(
            Comparator.<String>comparingInt(candidate -> distance(shortened, candidate))
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow();
  }

  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(previous[j], row[j - 1]) + 1);
      }
      int[] swap = previous;
      previous = row;
      row = swap;
    }
    return previous[b.length()];
  }
}
