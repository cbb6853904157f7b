/** Breaks a Caudal of real processes in every way we know, and checks that nobody can tell. */
@NullMarked
package io.caudal.chaos;

import org.jspecify.annotations.NullMarked;
