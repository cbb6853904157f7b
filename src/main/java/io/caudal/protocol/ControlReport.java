package io.caudal.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a subtask has to say of a {@link ControlAction}; in as many acknowledgements as it takes.
 *
 * @param removed null if nothing was to be removed
 * @param sessions some of the subtask's sessions; empty if they were not asked for
 * @param page counts the subtask's acknowledgements from 0
 * @param last whether this is the subtask's last one
 */
public record ControlReport(
    @Nullable Removed removed, List<SessionInfo> sessions, int page, boolean last) {}
