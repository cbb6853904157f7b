/**
 * What a running Caudal says of itself: settings in force, statistics, health. Folds over its
 * records, and where these come from.
 */
@NullMarked
package io.caudal.cli.console;

import org.jspecify.annotations.NullMarked;
