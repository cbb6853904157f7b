package io.caudal.chaos;

import java.util.ArrayList;
import java.util.List;

/** What a {@link Checker} has to say: a line of text for each thing that is not as it must be. */
final class Findings {
  int requests;
  int answered;
  int shed;
  int compared;

  /** Answered in a later attempt than the first. */
  int continued;

  /** Of these, those whose text began with what an earlier attempt had generated. */
  int wentOn;

  /** Requests of other kinds than sessions' turns, and of these, those that were cancelled. */
  int odd;

  int cancelled;

  /** Records that nobody could read, each a dead letter. */
  int letters;

  final List<String> lost = new ArrayList<>();
  final List<String> duplicated = new ArrayList<>();
  final List<String> wrong = new ArrayList<>();
  final List<String> reordered = new ArrayList<>();
  final List<String> streams = new ArrayList<>();

  /** What the job says it remembers after all sessions have ended. */
  final List<String> left = new ArrayList<>();

  boolean isClean() {
    return problems().isEmpty();
  }

  List<String> problems() {
    List<String> all = new ArrayList<>();
    lost.forEach(one -> all.add("lost: " + one));
    duplicated.forEach(one -> all.add("duplicated: " + one));
    wrong.forEach(one -> all.add("wrong: " + one));
    reordered.forEach(one -> all.add("reordered: " + one));
    streams.forEach(one -> all.add("stream: " + one));
    left.forEach(one -> all.add("left: " + one));
    return all;
  }
}
