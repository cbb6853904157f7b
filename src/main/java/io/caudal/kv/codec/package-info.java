/** How a block of KV is encoded as bytes that outlive the process. */
@NullMarked
package io.caudal.kv.codec;

import org.jspecify.annotations.NullMarked;
