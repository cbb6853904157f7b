/**
 * Moves live settings by what metrics show: rules, one trial at a time, a verdict. Pure: no clock,
 * no threads.
 */
@NullMarked
package io.caudal.adapt;

import org.jspecify.annotations.NullMarked;
