package io.caudal.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PresetTest {

  @Test
  void names_are_as_on_the_command_line() {
    assertThat(Preset.names())
        .containsExactly(
            "chat", "lmcache-multi-round-qa", "lmcache-multi-round-qa-small", "vllm-multi-turn");
    assertThat(Preset.named("vllm")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void every_name_gives_its_preset_and_a_plan(Preset preset) {
    assertThat(Preset.named(preset.toString())).contains(preset);
    assertThat(Plan.of(new Load("x", preset.shape(), Arrivals.POISSON, 60, 1, 0)).turns())
        .isPositive();
  }

  @Test
  void a_fifth_of_the_smaller_ones_fits_into_the_bundled_models_context() {
    assertThat(Preset.CHAT.shape().mostTokens()).isLessThan(2048);
    assertThat(Preset.LMCACHE_MULTI_ROUND_QA_SMALL.shape().scaled(0.2).mostTokens())
        .isLessThan(2048);
    assertThat(Preset.VLLM_MULTI_TURN.shape().scaled(0.2).mostTokens()).isLessThan(2048);
  }
}
