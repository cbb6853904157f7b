/** The Kafka ends of the job: sources, sinks and their records. */
@NullMarked
package io.caudal.stream.io;

import org.jspecify.annotations.NullMarked;
