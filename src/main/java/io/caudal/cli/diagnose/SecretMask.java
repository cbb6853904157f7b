package io.caudal.cli.diagnose;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes secrets out of text: values of names that say so, credentials in addresses and headers, and
 * every text that is known to be one. Rather too much than too little.
 */
public final class SecretMask {
  static final String MASK = "******";

  private static final String NAME =
      "[\\w.-]*(?:password|passwd|passphrase|secret|api[-_.]?key|access[-_.]?key|private[-_.]?key"
          + "|account[-_.]?key|service[-_.]?key|shared[-_.]?key|sas[-_.]?key|credential|auth[-_.]?params"
          + "|(?:auth|access|session|refresh|id|security|sas|sso|hf|service|delegation)[-_.]?token(?!s)"
          + "|bearer)[\\w.-]*";

  /** All of the line: a value that has values in it. */
  private static final Pattern JAAS =
      Pattern.compile("(?im)([\\w.-]*jaas[\\w.-]*[\"']?\\s*(?:[:=]|,\\s*\"value\"\\s*:)\\s*).*$");

  private static final Pattern NAMED =
      Pattern.compile(
          "(?i)("
              + NAME
              + "[\\\\\"']*\\s*(?:[:=]|,\\s*\"value\"\\s*:)\\s*)"
              + "(\\\\?\"(?:[^\"\\\\]|\\\\.)*\\\\?\"|'[^']*'|[^\\s,;}&]+)");

  /** All of the line, where it begins with the name, as in a file of settings. */
  private static final Pattern LINE =
      Pattern.compile("(?im)^(\\s*(?:-\\s+)?" + NAME + "\\s*[:=][ \\t]*)(?![\"'{\\[])\\S.*$");

  private static final Pattern HEADER =
      Pattern.compile("(?i)((?:bearer|basic)\\s+)[A-Za-z0-9._~+/=-]{8,}");

  private static final Pattern ADDRESS = Pattern.compile("(://[^/\\s:@\"]*:)[^/\\s@\"]+@");
  private static final Pattern ARGUMENT = Pattern.compile("(?i)(--?" + NAME + "\\s+)(?!-)[^\\s]+");

  private static final int SHORTEST_KNOWN = 4;

  private final List<String> known = new ArrayList<>();

  /**
   * @param secrets settings that may be secret: their values are taken out wherever they are
   */
  public SecretMask(Map<String, String> secrets) {
    Pattern telling = Pattern.compile("(?i)" + NAME + "|.*jaas.*");
    secrets.forEach(
        (key, value) -> {
          if (telling.matcher(key).matches() && value.length() >= SHORTEST_KNOWN) {
            known.add(value);
          }
        });
    known.sort(Comparator.comparingInt(String::length).reversed());
  }

  public String mask(String text) {
    String masked = text;
    for (String secret : known) {
      masked = masked.replace(secret, MASK);
    }
    masked = JAAS.matcher(masked).replaceAll(keepName());
    masked = LINE.matcher(masked).replaceAll(keepName());
    masked = NAMED.matcher(masked).replaceAll(SecretMask::quotedAsBefore);
    masked = ARGUMENT.matcher(masked).replaceAll(keepName());
    masked = HEADER.matcher(masked).replaceAll(keepName());
    return ADDRESS.matcher(masked).replaceAll("$1" + MASK + "@");
  }

  private static String keepName() {
    return "$1" + MASK;
  }

  /** JSON stays JSON. */
  private static String quotedAsBefore(MatchResult match) {
    String value = match.group(2);
    String quote = value.startsWith("\\\"") ? "\\\"" : value.startsWith("\"") ? "\"" : "";
    return Matcher.quoteReplacement(match.group(1) + quote + MASK + quote);
  }
}
