package io.caudal.chaos;

/** Where a record lies in its topic. */
record Place(int partition, long offset) {}
