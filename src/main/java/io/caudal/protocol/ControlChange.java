package io.caudal.protocol;

import java.util.Map;

/**
 * One record of the control topic: live settings to change, all or none.
 *
 * @param changeId names the change in its acknowledgements; one that was applied already is
 *     acknowledged again and changes nothing
 * @param set new values by key
 */
public record ControlChange(String changeId, Map<String, String> set) {}
