/** Puts the job graph together from a validated configuration. */
@NullMarked
package io.caudal.stream.job;

import org.jspecify.annotations.NullMarked;
