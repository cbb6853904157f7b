/** Who makes way when a tier is full: eviction policies behind one contract. */
@NullMarked
package io.caudal.kv.policy;

import org.jspecify.annotations.NullMarked;
