package io.caudal.stream.operator;

/** The test's input: the n-th of its key; a negative one cancels its positive. */
public record Item(String key, int n) {}
