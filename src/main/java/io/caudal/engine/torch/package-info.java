/** The DJL PyTorch {@link io.caudal.engine.ModelRunner}; owns every native tensor. */
@NullMarked
package io.caudal.engine.torch;

import org.jspecify.annotations.NullMarked;
