package io.caudal.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Ranges of numbers on the command line. */
final class Ranges {
  private Ranges() {}

  /**
   * @throws ParameterException naming the option, the value and what is allowed
   */
  static void check(CommandSpec spec, String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw new ParameterException(
          spec.commandLine(), option + " " + value + " is not allowed: " + min + " to " + max);
    }
  }
}
