package io.caudal.analytics.report;

import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Something that may be wrong, and what to do then.
 *
 * @param name stable
 * @param title what is wrong, in a few words
 * @param applies when it is the case
 * @param evidence the figures that show it
 */
record Rule(
    String name,
    String title,
    Predicate<Figures> applies,
    Function<Figures, String> evidence,
    Function<Figures, Advice> advice) {

  Finding finding(Figures figures) {
    return new Finding(name, title, evidence.apply(figures), advice.apply(figures));
  }
}
