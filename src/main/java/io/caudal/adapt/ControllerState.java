package io.caudal.adapt;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a controller remembers, so that it can go on after a restart.
 *
 * @param windows seen so far; what cool-downs count in
 * @param trial null if none is in progress
 * @param inForce values of movable settings and of targets, as last seen or made
 * @param handsOff settings that somebody else has changed, and until which window they are left
 * @param past of settings that were moved
 * @param samples latest windows under the settings in force
 * @param held rules that applied in the last window
 * @param load what {@code past} was learned under; null if not known yet
 */
public record ControllerState(
    long windows,
    @Nullable Trial trial,
    Map<String, String> inForce,
    Map<String, Long> handsOff,
    Map<String, Past> past,
    List<Sample> samples,
    List<String> held,
    @Nullable Sample load) {
  public static final ControllerState NEW =
      new ControllerState(0, null, Map.of(), Map.of(), Map.of(), List.of(), List.of(), null);
}
