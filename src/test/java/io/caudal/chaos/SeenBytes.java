package io.caudal.chaos;

/**
 * What a record holds that nobody can read.
 *
 * @param base64 its value
 */
record SeenBytes(Place place, String base64) {}
