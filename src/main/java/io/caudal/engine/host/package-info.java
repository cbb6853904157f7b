/** Owns the engine's threads and shares one engine among all users of a process. */
@NullMarked
package io.caudal.engine.host;

import org.jspecify.annotations.NullMarked;
