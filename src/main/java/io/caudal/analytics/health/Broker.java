package io.caudal.analytics.health;

import java.util.List;

/**
 * The Kafka brokers, as they answer at the moment.
 *
 * @param brokers how many; 0 if none answers
 * @param missing topics of ours that are not there
 * @param failure why none answers; empty otherwise
 */
public record Broker(String servers, int brokers, List<String> missing, String failure) {}
