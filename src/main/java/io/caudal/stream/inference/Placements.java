package io.caudal.stream.inference;

import io.caudal.config.DeviceSettings;
import io.caudal.engine.host.Placement;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.util.List;
import java.util.TreeSet;
import org.apache.flink.api.common.externalresource.ExternalResourceInfo;
import org.apache.flink.api.common.functions.RuntimeContext;

/** What Flink says of where a subtask may run. */
final class Placements {
  /** The property that Flink's GPU driver tells of each GPU. */
  private static final String INDEX = "index";

  private Placements() {}

  /**
   * @throws CaudalException {@code DEVICE_UNAVAILABLE} if a GPU's index can't be read
   */
  static Placement of(RuntimeContext context, DeviceSettings settings) {
    TreeSet<Integer> gpus = new TreeSet<>();
    for (ExternalResourceInfo gpu : context.getExternalResourceInfos(settings.gpuResource())) {
      gpus.add(index(gpu, settings));
    }
    int subtask = context.getTaskInfo().getIndexOfThisSubtask();
    return new Placement(subtask, List.copyOf(gpus), settings);
  }

  private static int index(ExternalResourceInfo gpu, DeviceSettings settings) {
    String index = gpu.getProperty(INDEX).orElse("");
    if (!index.matches("\\d{1,2}")) {
      throw new CaudalException(
          ErrorCode.DEVICE_UNAVAILABLE,
          String.format(
              "Flink's external resource '%s' (model.gpu-resource) has '%s' for a GPU's property"
                  + " '%s', not a number from 0 to 99; its properties: %s",
              settings.gpuResource(), index, INDEX, gpu.getKeys()));
    }
    return Integer.parseInt(index);
  }
}
