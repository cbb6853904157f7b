/** Blocks, block geometry, hashes, the pool and its books. */
@NullMarked
package io.caudal.kv;

import org.jspecify.annotations.NullMarked;
