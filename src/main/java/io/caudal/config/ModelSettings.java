package io.caudal.config;

import java.io.Serializable;
import java.util.List;

/**
 * Which model runs, on what, and how it computes.
 *
 * @param path a Hugging Face folder, or {@link #BUNDLED}
 * @param name what requests may call it; empty for the folder's name
 * @param device {@code auto}, {@code cpu}, {@code cuda} for any GPU, or {@code cuda:N}
 * @param cpus numbers of the CPUs that step loops run on, ascending; empty for any
 */
public record ModelSettings(
    String path, String name, Dtype dtype, String device, boolean fp16Copy, List<Integer> cpus)
    implements Serializable {

  /** The small model that comes with Caudal, packed in its jar. */
  public static final String BUNDLED = "bundled:demo";

  static final ConfigKey<String> PATH =
      ConfigKey.text(
          "model.path",
          BUNDLED,
          ".+",
          "a folder",
          "Hugging Face model folder (config.json, *.safetensors, tokenizer.json), readable by"
              + " every TaskManager; `bundled:demo` is the small model in the jar.");
  static final ConfigKey<String> NAME =
      ConfigKey.text(
          "model.name",
          "",
          "[\\w./:-]{0,128}",
          "up to 128 letters, digits and ./:-",
          "What a request's `model` may say; empty takes the folder's name.");
  static final ConfigKey<Dtype> DTYPE =
      ConfigKey.choice(
          "model.dtype",
          Dtype.AUTO,
          Dtype.class,
          "Number format of weights and KV. `auto` is bf16 where the device computes it fast, else"
              + " `fp16`. On a CPU `fp16` is that for the weights of linear layers only, and fp32 for"
              + " everything else, KV included. `int8`: weights of linear layers in int8, made on load, everything else as"
              + " `auto`; on a CPU with VNNI. Exactly repeatable text across batches and restarts needs fp32.");
  static final ConfigKey<String> DEVICE =
      ConfigKey.text(
          "model.device",
          "auto",
          "auto|cpu|cuda(:\\d{1,2})?",
          "auto | cpu | cuda | cuda:N",
          "Where the model runs. `cuda`: on the TaskManager's GPUs, those of `model.gpu-resource` or"
              + " all that PyTorch sees; each carries an engine of its own, and subtasks spread over"
              + " them. `cuda:N`: all subtasks on that one. `auto`: as `cuda` where there is a GPU,"
              + " else the CPU.");

  static final ConfigKey<Boolean> FP16_COPY =
      ConfigKey.flag(
          "model.fp16-copy",
          true,
          "Whether a CPU that computes in bf16 holds the weights of linear layers a second time, in"
              + " fp16, for steps of up to four tokens of a step loop: one session is answered 1.5 times"
              + " as fast, eight over two loops a little faster, and weights take twice the memory.");

  static final ConfigKey<List<Integer>> CPUS =
      ConfigKey.cpus(
          "model.cpus",
          "CPUs that a TaskManager's step loops run on, each loop on any of them; nothing else is kept"
              + " off these: start the TaskManager with `taskset -c` and the others for that. Empty:"
              + " the system chooses.");

  static final List<ConfigKey<?>> KEYS = List.of(PATH, NAME, DTYPE, DEVICE, FP16_COPY, CPUS);

  public static ModelSettings from(Settings settings) {
    return new ModelSettings(
        settings.get(PATH),
        settings.get(NAME),
        settings.get(DTYPE),
        settings.get(DEVICE),
        settings.get(FP16_COPY),
        settings.get(CPUS));
  }

  /** The same model elsewhere. */
  public ModelSettings on(String device) {
    return new ModelSettings(path, name, dtype, device, fp16Copy, cpus);
  }
}
