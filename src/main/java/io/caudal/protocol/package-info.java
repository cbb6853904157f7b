/**
 * The records on the wire (request, token chunk, result, metric, control) and their versioned JSON.
 */
@NullMarked
package io.caudal.protocol;

import org.jspecify.annotations.NullMarked;
