package io.caudal.protocol;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One record of the control topic: live settings to change, all or none.
 *
 * @param changeId names the change in its acknowledgements; one that was applied already is
 *     acknowledged again and changes nothing
 * @param set new values by key
 * @param reset keys that go back to what the job was started with
 * @param by who asks, for the history; null if not said
 * @param reason why, for the history; null if not said
 * @param action what to do, in a record that changes no settings; null otherwise
 */
public record ControlChange(
    String changeId,
    Map<String, String> set,
    List<String> reset,
    @Nullable String by,
    @Nullable String reason,
    @Nullable ControlAction action) {

  /** Settings, without a reason. */
  public ControlChange(
      String changeId, Map<String, String> set, List<String> reset, @Nullable String by) {
    this(changeId, set, reset, by, null, null);
  }

  /** Asks for something to be done. */
  public static ControlChange of(String changeId, ControlAction action, @Nullable String by) {
    return new ControlChange(changeId, Map.of(), List.of(), by, null, action);
  }

  /** Sets values, and doesn't say who. */
  public ControlChange(String changeId, Map<String, String> set) {
    this(changeId, set, List.of(), null);
  }
}
