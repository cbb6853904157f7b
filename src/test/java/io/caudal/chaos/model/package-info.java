/** What goes into the TaskManagers of the chaos runs. */
@NullMarked
package io.caudal.chaos.model;

import org.jspecify.annotations.NullMarked;
