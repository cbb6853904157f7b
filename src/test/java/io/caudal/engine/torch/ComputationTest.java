package io.caudal.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.caudal.config.Dtype;
import io.caudal.config.ModelSettings;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComputationTest {

  @ParameterizedTest
  @CsvSource({
    "AUTO, true,  true, true,  BF16, PACKED_TWICE",
    "AUTO, false, true, true,  BF16, PACKED",
    "AUTO, true,  true, false, BF16, PACKED",
    "AUTO, true,  false, true, FP32, FP16",
    "AUTO, true,  false, false, FP32, PACKED",
    "BF16, true,  true, true,  BF16, PACKED_TWICE",
    "BF16, false, true, true,  BF16, PACKED",
    "BF16, true,  false, true, BF16, PLAIN",
    "FP16, true,  true, true,  FP32, FP16",
    "FP16, true,  true, false, FP16, PLAIN",
    "FP32, true,  true, true,  FP32, PACKED",
    "INT8, true,  true, true,  BF16, INT8",
    "INT8, true,  false, true, FP32, INT8"
  })
  void what_a_cpu_does_best(
      Dtype wanted,
      boolean copy,
      boolean bf16,
      boolean fbgemm,
      TorchDtype dtype,
      LinearLayout how) {
    assertThat(Computation.onCpu(settings(wanted, copy), new SomeCpu(bf16, true, fbgemm)))
        .isEqualTo(new Computation(dtype, how));
  }

  @Test
  void int8_is_refused_where_it_is_not_exact() {
    assertThatThrownBy(
            () -> Computation.onCpu(settings(Dtype.INT8, true), new SomeCpu(true, false, true)))
        .hasMessageContaining("a CPU without");
    assertThat(TorchRuntime.engine()).isNotNull();
    try (DecoderModule unused = DecoderModule.compile(Device.cpu())) {
      assertThatThrownBy(() -> Computation.choose(settings(Dtype.INT8, true), Device.gpu(), unused))
          .hasMessageContaining("a GPU");
      assertThat(Computation.choose(settings(Dtype.AUTO, true), Device.gpu(), unused))
          .isEqualTo(new Computation(TorchDtype.BF16, LinearLayout.PLAIN));
    }
  }

  private static ModelSettings settings(Dtype dtype, boolean copy) {
    return new ModelSettings(ModelSettings.BUNDLED, "", dtype, "auto", copy, List.of());
  }

  /** oneDNN packs bf16 where the processor computes it, and fp32. */
  private record SomeCpu(boolean computesBf16, boolean computesInt8, boolean hasFp16)
      implements Computation.Cpu {
    @Override
    public boolean packs(TorchDtype dtype) {
      return dtype == TorchDtype.FP32 || (dtype == TorchDtype.BF16 && computesBf16);
    }
  }
}
