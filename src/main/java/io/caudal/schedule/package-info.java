/** Decides, deterministically, which sequences advance by how many tokens in the next step. */
@NullMarked
package io.caudal.schedule;

import org.jspecify.annotations.NullMarked;
