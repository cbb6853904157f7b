package io.caudal.protocol;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which key of the job a request belongs to. */
public final class SessionKeys {
  private static final int KEY_BYTES = 16;

  /** No text's length, so that nothing else is read the same. */
  private static final long IGNORES_EOS = -2;

  private SessionKeys() {}

  /**
   * The session's id; without a session, {@code ~} and 128 bits of SHA-256 over what decides the
   * answer, so that identical requests meet on one key. The tenant is part of it, so that none
   * learns what another asked; so is the request id where sampling is random, because such requests
   * want different answers. The hash is a cryptographic one: whoever could make two requests
   * collide would read the other's answer.
   */
  public static String of(Request request) {
    return request.sessionId() != null ? request.sessionId() : Ids.RESERVED + hash(request);
  }

  /** Whether {@link #of} made the key for a request without a session. */
  public static boolean isSessionless(String key) {
    return !key.isEmpty() && key.charAt(0) == Ids.RESERVED;
  }

  private static String hash(Request request) {
    Digest digest = new Digest();
    SamplingParams sampling = request.sampling();
    digest.put(request.type().name()).put(request.tenant()).put(request.model());
    if (request.messages() == null) {
      digest.put(-1);
    } else {
      digest.put(request.messages().size());
      request.messages().forEach(m -> digest.put(m.role().name()).put(m.content()));
    }
    digest.put(request.prompt());
    if (request.promptIds() == null) {
      digest.put(-1);
    } else {
      digest.put(request.promptIds().size());
      request.promptIds().forEach(digest::put);
    }
    digest.put(request.maxTokens() == null ? -1 : request.maxTokens());
    digest.put(sampling.temperature()).put(sampling.topP()).put(sampling.topK());
    digest.put(sampling.minP()).put(sampling.seed() == null ? 0 : 1);
    digest.put(sampling.seed() == null ? 0 : sampling.seed());
    digest.put(sampling.frequencyPenalty()).put(sampling.presencePenalty());
    digest.put(sampling.repetitionPenalty()).put(request.stop().size());
    request.stop().forEach(digest::put);
    if (sampling.ignoreEos()) {
      digest.put(IGNORES_EOS);
    }
    if (sampling.temperature() > 0 && sampling.seed() == null) {
      digest.put(request.requestId());
    }
    putLaterFields(digest, sampling);
    return digest.hex();
  }

  /** Fields that came later: a request without them keeps the key that it had. */
  private static void putLaterFields(Digest digest, SamplingParams sampling) {
    if (!sampling.logitBias().isEmpty()) {
      digest.put("logit_bias").put(sampling.logitBias().size());
      new TreeMap<>(sampling.logitBias()).forEach((id, bias) -> digest.put(id).put(bias));
    }
    if (sampling.topLogprobs() != null) {
      digest.put("logprobs").put(sampling.topLogprobs());
    }
    if (sampling.format() != ResponseFormat.TEXT) {
      digest.put("response_format").put(sampling.format().name());
    }
    if (sampling.choices() != 1) {
      digest.put("n").put(sampling.choices());
    }
  }

  /** SHA-256 over values of which each ends where the next begins: texts carry their length. */
  private static final class Digest {
    private final MessageDigest sha;

    Digest() {
      try {
        sha = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }

    Digest put(long value) {
      for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
        sha.update((byte) (value >>> shift));
      }
      return this;
    }

    Digest put(double value) {
      return put(Double.doubleToLongBits(value));
    }

    Digest put(@Nullable String text) {
      if (text == null) {
        return put(-1);
      }
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      put(bytes.length);
      sha.update(bytes);
      return this;
    }

    String hex() {
      return HexFormat.of().formatHex(Arrays.copyOf(sha.digest(), KEY_BYTES));
    }
  }
}
