/** Declares every key once and turns text into one validated immutable record per concern. */
@NullMarked
package io.caudal.config;

import org.jspecify.annotations.NullMarked;
