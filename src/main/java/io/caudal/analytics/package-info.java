/**
 * Folds metrics records into what they say of a running Caudal as a whole: statistics, its health
 * ({@code .health}), where its time goes and what to do about it ({@code .report}). Pure.
 */
@NullMarked
package io.caudal.analytics;

import org.jspecify.annotations.NullMarked;
