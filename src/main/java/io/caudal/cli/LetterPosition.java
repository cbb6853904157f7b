package io.caudal.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where a dead letter is: {@code PARTITION:OFFSET}. */
record LetterPosition(int partition, long offset) {

  /** Reads it from the command line. */
  static final class Converter implements ITypeConverter<LetterPosition> {
    @Override
    public LetterPosition convert(String text) {
      String[] parts = text.split(":", -1);
      try {
        if (parts.length == 2) {
          return new LetterPosition(Integer.parseInt(parts[0]), Long.parseLong(parts[1]));
        }
      } catch (NumberFormatException e) {
        // Reported below, like a missing part.
      }
      throw new TypeConversionException("'" + text + "' is not PARTITION:OFFSET, such as 0:17");
    }
  }
}
