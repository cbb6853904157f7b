package io.caudal.protocol;

import java.util.List;
import java.util.Map;

/**
 * One record of the control acknowledgements topic: what one subtask made of a change.
 *
 * @param configVersion the version in force after it
 * @param applied new values by key; empty when the change was refused
 * @param problems everything wrong with it; empty when it was applied
 */
public record ControlAck(
    String changeId,
    int subtask,
    long configVersion,
    Map<String, String> applied,
    List<String> problems) {}
