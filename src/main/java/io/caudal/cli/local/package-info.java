/**
 * The processes of a Caudal on one machine: broker, Flink cluster, job; started, watched, ended.
 */
@NullMarked
package io.caudal.cli.local;

import org.jspecify.annotations.NullMarked;
