/**
 * Keyed state and asynchronous work in one Flink operator, with the contract of an async function.
 * Knows nothing of language models.
 */
@NullMarked
package io.caudal.stream.operator;

import org.jspecify.annotations.NullMarked;
