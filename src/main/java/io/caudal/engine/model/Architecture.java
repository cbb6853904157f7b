package io.caudal.engine.model;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The model families that the decoder computes, by the name in {@code config.json}. */
public enum Architecture {
  LLAMA("LlamaForCausalLM"),
  MISTRAL("MistralForCausalLM"),
  QWEN2("Qwen2ForCausalLM"),
  QWEN3("Qwen3ForCausalLM");

  private final String className;

  Architecture(String className) {
    this.className = className;
  }

  /** What {@code architectures} of {@code config.json} says. */
  public String className() {
    return className;
  }

  /** Whether queries and keys are normed per head before they are rotated. */
  public boolean normsQueriesAndKeys() {
    return this == QWEN3;
  }

  static Optional<Architecture> of(String className) {
    return Arrays.stream(values()).filter(a -> a.className.equals(className)).findFirst();
  }

  static String names() {
    return Arrays.stream(values()).map(Architecture::className).collect(Collectors.joining(", "));
  }
}
