package io.caudal.analytics.report;

/**
 * A part of requests' time in the window.
 *
 * @param millis of all requests, added up
 * @param share of all stages' time, 0 to 1
 * @param count how often it was timed; 0 where that isn't known
 * @param p95 in milliseconds; NaN where that isn't known
 * @param meaning what it is spent on
 */
record Stage(String name, double millis, double share, long count, double p95, String meaning) {}
