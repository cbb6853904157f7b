package io.caudal.text;

/**
 * Recognises, byte by byte, texts that can still become one JSON object (RFC 8259, in UTF-8). A
 * pushdown automaton whose stack is the bits of a {@code long}, so that bytes can be tried and
 * taken back for nothing. Not thread-safe.
 *
 * <p>Narrower than the RFC in what a model that has nothing to say would go on with for ever:
 * objects and arrays are at most {@value #MAX_DEPTH} deep; white space is at most {@value
 * #MAX_LEADING_SPACE} bytes before the object, {@value #MAX_SPACE} in a row between its parts.
 */
public final class JsonPrefix {
  static final int MAX_DEPTH = 64;
  static final int MAX_SPACE = 32;
  static final int MAX_LEADING_SPACE = 2;

  /** What may come next, white space left aside. */
  private enum At {
    START,
    FIRST_KEY,
    KEY,
    COLON,
    VALUE,
    FIRST_ITEM,
    AFTER_VALUE,
    END,
    STRING,
    ESCAPE,
    HEX,
    SECOND_ESCAPE,
    SECOND_UNICODE,
    CONTINUATION,
    MINUS,
    ZERO,
    DIGITS,
    POINT,
    FRACTION,
    EXPONENT,
    EXPONENT_SIGN,
    EXPONENT_DIGITS,
    LITERAL
  }

  private At at = At.START;

  /** Bit d is set if the container at depth d is an object. */
  private long objects;

  private int depth;
  private boolean inKey;
  private int space;

  /** Hex digits of an escape, or bytes of a character, that are still to come. */
  private int missing;

  /** What an escape's hex digits add up to so far. */
  private int unit;

  /** Whether an escape must be the second half of a surrogate pair. */
  private boolean secondHalf;

  /** Range of the next byte of a character: its first continuation byte may be a narrower one. */
  private int low;

  private int high;
  private String literal = "";

  /** Characters of the literal that came. */
  private int read;

  /** Whether the text is a whole object. */
  public boolean isComplete() {
    return at == At.END;
  }

  /** Whether the text can go on with these bytes; takes none. */
  public boolean allows(byte[] bytes) {
    At at = this.at;
    long objects = this.objects;
    int depth = this.depth;
    boolean inKey = this.inKey;
    int space = this.space;
    int missing = this.missing;
    int unit = this.unit;
    boolean secondHalf = this.secondHalf;
    int low = this.low;
    int high = this.high;
    String literal = this.literal;
    int read = this.read;
    boolean allowed = accept(bytes);
    this.at = at;
    this.objects = objects;
    this.depth = depth;
    this.inKey = inKey;
    this.space = space;
    this.missing = missing;
    this.unit = unit;
    this.secondHalf = secondHalf;
    this.low = low;
    this.high = high;
    this.literal = literal;
    this.read = read;
    return allowed;
  }

  /** Goes on with these bytes; says whether the text can. If not, it is of no use any more. */
  public boolean accept(byte[] bytes) {
    for (byte one : bytes) {
      if (!next(one & 0xff)) {
        return false;
      }
    }
    return true;
  }

  private boolean next(int c) {
    return switch (at) {
      case STRING -> inString(c);
      case ESCAPE -> escape(c);
      case HEX -> hex(c);
      case SECOND_ESCAPE -> c == '\\' && go(At.SECOND_UNICODE);
      case SECOND_UNICODE -> c == 'u' && unicode();
      case CONTINUATION -> continuation(c);
      case LITERAL -> literal(c);
      case MINUS, ZERO, DIGITS, POINT, FRACTION, EXPONENT, EXPONENT_SIGN, EXPONENT_DIGITS ->
          number(c);
      case START, FIRST_KEY, KEY, COLON, VALUE, FIRST_ITEM, AFTER_VALUE, END -> between(c);
    };
  }

  private boolean between(int c) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      return ++space <= (at == At.START ? MAX_LEADING_SPACE : MAX_SPACE);
    }
    space = 0;
    return switch (at) {
      case START -> c == '{' && open(true);
      case FIRST_KEY -> c == '"' ? string(true) : c == '}' && close(true);
      case KEY -> c == '"' && string(true);
      case COLON -> c == ':' && go(At.VALUE);
      case FIRST_ITEM -> c == ']' ? close(false) : value(c);
      case VALUE -> value(c);
      case AFTER_VALUE -> afterValue(c);
      default -> false;
    };
  }

  private boolean afterValue(int c) {
    return switch (c) {
      case ',' -> go(inObject() ? At.KEY : At.VALUE);
      case '}' -> close(true);
      case ']' -> close(false);
      default -> false;
    };
  }

  private boolean value(int c) {
    return switch (c) {
      case '{' -> open(true);
      case '[' -> open(false);
      case '"' -> string(false);
      case 't' -> literalOf("true");
      case 'f' -> literalOf("false");
      case 'n' -> literalOf("null");
      case '-' -> go(At.MINUS);
      case '0' -> go(At.ZERO);
      default -> digit(c) && go(At.DIGITS);
    };
  }

  private boolean number(int c) {
    return switch (at) {
      case MINUS -> c == '0' ? go(At.ZERO) : (digit(c) && go(At.DIGITS));
      case POINT -> digit(c) && go(At.FRACTION);
      case EXPONENT -> "+-".indexOf(c) >= 0 ? go(At.EXPONENT_SIGN) : exponent(c);
      case EXPONENT_SIGN -> exponent(c);
      default -> wholeNumber(c);
    };
  }

  private boolean exponent(int c) {
    return digit(c) && go(At.EXPONENT_DIGITS);
  }

  /** After a number that could end here. */
  private boolean wholeNumber(int c) {
    if (at != At.ZERO && digit(c)) {
      return true;
    }
    if (c == '.' && (at == At.ZERO || at == At.DIGITS)) {
      return go(At.POINT);
    }
    if ((c == 'e' || c == 'E') && at != At.EXPONENT_DIGITS) {
      return go(At.EXPONENT);
    }
    at = At.AFTER_VALUE;
    return between(c);
  }

  private boolean inString(int c) {
    if (c == '"') {
      return go(inKey ? At.COLON : At.AFTER_VALUE);
    }
    if (c == '\\') {
      return go(At.ESCAPE);
    }
    if (c < 0x80) {
      return c >= ' ';
    }
    // Unicode 15.0, table 3-7: well-formed UTF-8.
    if (c < 0xC2 || c > 0xF4) {
      return false;
    }
    missing = c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
    low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    return go(At.CONTINUATION);
  }

  private boolean continuation(int c) {
    if (c < low || c > high) {
      return false;
    }
    low = 0x80;
    high = 0xBF;
    return --missing > 0 || go(At.STRING);
  }

  private boolean escape(int c) {
    if (c == 'u') {
      return unicode();
    }
    return "\"\\/bfnrt".indexOf(c) >= 0 && go(At.STRING);
  }

  /** Surrogates in escapes come in pairs: strict readers refuse one alone. */
  private boolean hex(int c) {
    int digit = Character.digit(c, 16);
    unit = (unit << 4) | digit;
    missing--;
    boolean lowHalf = missing == 2 && unit >= 0xDC && unit <= 0xDF;
    boolean possible =
        (missing != 3 || !secondHalf || unit == 0xD) && (missing != 2 || lowHalf == secondHalf);
    if (digit < 0 || !possible) {
      return false;
    }
    if (missing > 0) {
      return true;
    }
    secondHalf = unit >= 0xD800 && unit <= 0xDBFF;
    return go(secondHalf ? At.SECOND_ESCAPE : At.STRING);
  }

  private boolean unicode() {
    missing = 4;
    unit = 0;
    return go(At.HEX);
  }

  private boolean literal(int c) {
    return c == literal.charAt(read++) && (read < literal.length() || go(At.AFTER_VALUE));
  }

  private boolean literalOf(String whole) {
    literal = whole;
    read = 1;
    return go(At.LITERAL);
  }

  private boolean string(boolean key) {
    inKey = key;
    return go(At.STRING);
  }

  private boolean open(boolean object) {
    if (depth == MAX_DEPTH) {
      return false;
    }
    long bit = 1L << depth++;
    objects = object ? objects | bit : objects & ~bit;
    return go(object ? At.FIRST_KEY : At.FIRST_ITEM);
  }

  private boolean close(boolean object) {
    if (inObject() != object) {
      return false;
    }
    depth--;
    return go(depth == 0 ? At.END : At.AFTER_VALUE);
  }

  private boolean inObject() {
    return ((objects >>> (depth - 1)) & 1) != 0;
  }

  private boolean go(At next) {
    at = next;
    return true;
  }

  private static boolean digit(int c) {
    return c >= '0' && c <= '9';
  }
}
