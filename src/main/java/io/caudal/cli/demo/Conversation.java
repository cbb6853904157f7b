package io.caudal.cli.demo;

import java.util.List;

/**
 * One session's part in the demo.
 *
 * @param before turns before a TaskManager is killed
 * @param story the turn during which it is killed: its answer is long
 * @param after turns after that
 */
record Conversation(String name, List<Turn> before, Turn story, List<Turn> after) {}
