/** Commands that run the engine alone, without Kafka or Flink. */
@NullMarked
package io.caudal.cli.engine;

import org.jspecify.annotations.NullMarked;
