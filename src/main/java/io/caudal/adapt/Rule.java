package io.caudal.adapt;

import java.util.function.Function;
import java.util.function.Predicate;

/**
 * When a setting should be moved, and which way.
 *
 * @param name stable
 * @param up towards more, by the order of the setting's values
 * @param applies whether the figures ask for it
 * @param reason one sentence with those figures, and what the move is expected to do
 */
record Rule(
    String name,
    String key,
    boolean up,
    Predicate<Window> applies,
    Function<Window, String> reason) {}
