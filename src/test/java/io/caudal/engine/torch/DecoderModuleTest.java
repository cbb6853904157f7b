package io.caudal.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.EngineException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecoderModuleTest {

  /** As PyTorch's allocators and NVIDIA's libraries say it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 139.80 GiB | true
          CUDA error: out of memory | true
          DefaultCPUAllocator: can't allocate memory: you tried to allocate 4096 bytes | true
          CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)` | true
          cuDNN error: CUDNN_STATUS_ALLOC_FAILED | true
          CUDA error: an illegal memory access was encountered | false
          """)
  void a_lack_of_memory_is_told_from_other_failures(String message, boolean lack) {
    assertThat(DecoderModule.isOutOfMemory(new EngineException(message))).isEqualTo(lack);
  }
}
