/**
 * A running Caudal as its topics, its JobManager and its logs show it: settings in force, history,
 * sessions.
 */
@NullMarked
package io.caudal.cli.console;

import org.jspecify.annotations.NullMarked;
