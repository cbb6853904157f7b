/**
 * Runs the step loop (plan, run, sample, apply) over the {@link io.caudal.engine.ModelRunner}
 * interface.
 */
@NullMarked
package io.caudal.engine;

import org.jspecify.annotations.NullMarked;
