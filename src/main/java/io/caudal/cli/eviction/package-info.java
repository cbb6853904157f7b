/** Replays traces of KV use against eviction policies. */
@NullMarked
package io.caudal.cli.eviction;

import org.jspecify.annotations.NullMarked;
