package io.caudal.protocol;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One record of the control acknowledgements topic: what one subtask made of a change.
 *
 * @param subtasks how many subtasks there are, each with an acknowledgement of its own; 0 in
 *     records of versions that did not say
 * @param configVersion the version in force after it
 * @param applied new values by key; empty when the change was refused
 * @param previous the values that were in force before, of the same keys
 * @param problems everything wrong with it; empty when it was applied
 * @param report what an action found or did; null otherwise
 */
public record ControlAck(
    String changeId,
    int subtask,
    int subtasks,
    long configVersion,
    Map<String, String> applied,
    Map<String, String> previous,
    List<String> problems,
    @Nullable ControlReport report) {

  public ControlAck(
      String changeId,
      int subtask,
      int subtasks,
      long configVersion,
      Map<String, String> applied,
      Map<String, String> previous,
      List<String> problems) {
    this(changeId, subtask, subtasks, configVersion, applied, previous, problems, null);
  }
}
