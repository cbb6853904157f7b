/** What a running job's threads did when, from its metrics records. */
@NullMarked
package io.caudal.cli.profile;

import org.jspecify.annotations.NullMarked;
