/** The command line: one annotated class per command. */
@NullMarked
package io.caudal.cli;

import org.jspecify.annotations.NullMarked;
