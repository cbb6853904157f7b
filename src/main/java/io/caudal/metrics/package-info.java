/** Names, units and buckets of every metric; mergeable sketches. */
@NullMarked
package io.caudal.metrics;

import org.jspecify.annotations.NullMarked;
