package io.caudal.stream.io;

import org.jspecify.annotations.Nullable;

/** A Kafka record as it came, with where it came from. */
public record RawRecord(
    byte @Nullable [] key,
    byte @Nullable [] value,
    String topic,
    int partition,
    long offset,
    long timestampMillis) {}
