/** How each component of a running Caudal does, by what is known of it; and what to do. Pure. */
@NullMarked
package io.caudal.analytics.health;

import org.jspecify.annotations.NullMarked;
