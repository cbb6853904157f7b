/** What somebody who helps wants to see of a running Caudal, in one archive without secrets. */
@NullMarked
package io.caudal.cli.diagnose;

import org.jspecify.annotations.NullMarked;
