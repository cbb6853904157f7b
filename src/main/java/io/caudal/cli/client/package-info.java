/** Caudal's topics as a client sees them: sends requests, follows answers. */
@NullMarked
package io.caudal.cli.client;

import org.jspecify.annotations.NullMarked;
