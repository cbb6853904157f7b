package io.caudal.cli.client;

/**
 * A record with the time that Kafka gave it.
 *
 * @param timestampMillis epoch milliseconds
 */
public record Dated<T>(long timestampMillis, T record) {}
