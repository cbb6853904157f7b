/** Measures a Caudal under load: a schedule of conversations, what came of it, table and chart. */
@NullMarked
package io.caudal.cli.bench;

import org.jspecify.annotations.NullMarked;
