package io.caudal.cli.local;

/**
 * How a job ended.
 *
 * @param path what the next start goes on from
 * @param drained whether everything taken in was finished before
 */
public record JobSnapshot(String path, boolean drained) {}
