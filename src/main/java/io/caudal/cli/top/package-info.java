/** A live view of a running Caudal in a terminal. */
@NullMarked
package io.caudal.cli.top;

import org.jspecify.annotations.NullMarked;
