/** State descriptors and the serializers of what is kept in state. */
@NullMarked
package io.caudal.stream.state;

import org.jspecify.annotations.NullMarked;
