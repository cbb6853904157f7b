/**
 * Where a running Caudal's time goes, what holds it up, and what to do about it. Folds over its
 * metrics records.
 */
@NullMarked
package io.caudal.analytics.report;

import org.jspecify.annotations.NullMarked;
