/** Names every way a request or the system can fail: stable code, kind, retryable or not. */
@NullMarked
package io.caudal.error;

import org.jspecify.annotations.NullMarked;
