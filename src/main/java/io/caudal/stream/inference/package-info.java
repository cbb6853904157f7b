/** Answers requests with a model, a session's memory being keyed state. */
@NullMarked
package io.caudal.stream.inference;

import org.jspecify.annotations.NullMarked;
