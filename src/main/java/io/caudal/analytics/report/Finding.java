package io.caudal.analytics.report;

/** A rule that applies, with its figures. */
public record Finding(String rule, String title, String evidence, Advice advice) {}
