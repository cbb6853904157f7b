package io.caudal.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How likely the model held a token for.
 *
 * @param id the token's id
 * @param token its text; half a character is U+FFFD
 * @param logprob natural logarithm of its probability
 * @param bytes its bytes, 0 to 255, which those of its neighbours may complete to a character; null
 *     for an id that has none
 */
public record Logprob(int id, String token, float logprob, @Nullable List<Integer> bytes) {}
