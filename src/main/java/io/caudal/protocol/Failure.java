package io.caudal.protocol;

import io.caudal.error.ErrorCode;

/** Why a request failed: a stable code and a message that names the value, the limit, the key. */
public record Failure(ErrorCode code, String message) {}
