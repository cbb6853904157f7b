package io.caudal.engine.host;

import io.caudal.config.ModelSettings;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a subtask's device: of the GPUs that it may have, the one that the fewest engines' users
 * share. One that had no memory is left alone for a time; without any, it is the CPU. Not
 * thread-safe.
 */
final class Devices {
  private static final String CPU = "cpu";
  private static final String GPU = "cuda";

  /**
   * @param device {@code cpu} or {@code cuda:N}
   * @param missing which GPUs had no memory and would be choices otherwise, and why; empty for none
   */
  record Choice(String device, String missing) {}

  /** A subtask of a job with this model. */
  private record Home(ModelSettings model, int subtask) {}

  private record Lack(long atMillis, String message) {}

  private final Map<Home, String> last = new HashMap<>();
  private final Map<Demand, Lack> lacks = new HashMap<>();
  private long found;

  /**
   * @param demand with the model's device as it was set
   * @param visible GPUs that there are
   * @param users how many subtasks share a device
   * @param tried devices not to be chosen again
   * @throws CaudalException {@code DEVICE_UNAVAILABLE} if Flink gave a GPU that isn't there
   */
  Choice choose(
      Demand demand,
      Placement place,
      int visible,
      ToIntFunction<String> users,
      Set<String> tried,
      long nowMillis) {
    List<String> may = candidates(demand.device(), place, visible);
    if (may.isEmpty()) {
      return new Choice(demand.device().equals("auto") ? CPU : demand.device(), "");
    }
    forget(place, nowMillis);
    List<String> left = new ArrayList<>(may);
    left.removeIf(device -> tried.contains(device) || lacks.containsKey(demand.on(device)));
    Home home = new Home(demand.model(), place.subtask());
    String device = left.isEmpty() ? CPU : leastUsed(left, home, users);
    last.put(home, device);
    return new Choice(device, missing(demand, may));
  }

  /** The GPU has no memory for this. */
  void lacksMemory(Demand demand, String message, long nowMillis) {
    if (lacks.put(demand, new Lack(nowMillis, message)) == null) {
      found++;
    }
  }

  /** How often a GPU had no memory, of all that was asked of it. */
  long found() {
    return found;
  }

  static boolean isGpu(String device) {
    return device.startsWith(GPU);
  }

  /** GPUs that may be chosen; none if there is nothing to choose. */
  private static List<String> candidates(String wanted, Placement place, int visible) {
    if (wanted.startsWith(GPU + ":")) {
      int index = Integer.parseInt(wanted.substring(GPU.length() + 1));
      return index < visible ? List.of(wanted) : List.of();
    }
    if (wanted.equals(CPU)) {
      return List.of();
    }
    for (int index : place.gpus()) {
      if (index >= visible) {
        throw unseen(index, place, visible);
      }
    }
    Collection<Integer> all =
        place.gpus().isEmpty() ? IntStream.range(0, visible).boxed().toList() : place.gpus();
    return all.stream().map(index -> GPU + ":" + index).toList();
  }

  private static CaudalException unseen(int index, Placement place, int visible) {
    return new CaudalException(
        ErrorCode.DEVICE_UNAVAILABLE,
        String.format(
            "Flink's external resource '%s' (model.gpu-resource) gives the TaskManager GPU %d, but"
                + " PyTorch sees %s here; put PyTorch's CUDA libraries (pytorch-native-cu*) on the"
                + " class path, let CUDA_VISIBLE_DEVICES name that GPU, or set model.device to cpu",
            place.settings().gpuResource(),
            index,
            visible == 0 ? "no GPU" : "only GPUs 0 to " + (visible - 1)));
  }

  /**
   * Of those with as few users, the one that it had last: KV of its sessions may still be there.
   */
  private String leastUsed(List<String> devices, Home home, ToIntFunction<String> users) {
    @Nullable String before = last.get(home);
    int turn = home.subtask() % devices.size();
    return IntStream.range(0, devices.size())
        .mapToObj(i -> devices.get((turn + i) % devices.size()))
        .min(Comparator.comparingInt(users).thenComparing(device -> device.equals(before) ? 0 : 1))
        .orElseThrow();
  }

  private void forget(Placement place, long nowMillis) {
    long retry = place.settings().gpuRetry().toMillis();
    lacks.values().removeIf(lack -> nowMillis - lack.atMillis() >= retry);
  }

  private String missing(Demand demand, List<String> devices) {
    List<String> texts = new ArrayList<>();
    for (String device : devices) {
      Lack lack = lacks.get(demand.on(device));
      if (lack != null) {
        Instant at = Instant.ofEpochMilli(lack.atMillis()).truncatedTo(ChronoUnit.SECONDS);
        texts.add(device + " had no memory at " + at + ": " + lack.message());
      }
    }
    return String.join("; ", texts);
  }
}
