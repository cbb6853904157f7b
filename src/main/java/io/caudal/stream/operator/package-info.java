/**
 * Keyed state and asynchronous work in one Flink operator, and the inference function that runs in
 * it.
 */
@NullMarked
package io.caudal.stream.operator;

import org.jspecify.annotations.NullMarked;
