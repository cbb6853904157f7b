package io.caudal.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.error.CaudalException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {

  @Test
  void every_default_is_allowed_by_its_own_key() {
    Settings none = Settings.of(Map.of());
    assertThat(Settings.keys())
        .isNotEmpty()
        .allSatisfy(key -> assertThat(none.get(key)).as(key.name()).isNotNull());
  }

  @Test
  void given_values_reach_their_records() {
    Settings settings =
        Settings.of(
            Map.ofEntries(
                Map.entry("engine.max-batch", "4"),
                Map.entry("engine.linger", "2min"),
                Map.entry("engine.batch-linger", "5ms"),
                Map.entry("engine.tenant-weights", "acme=4, free=0.5"),
                Map.entry("kv.block-bytes", "512kb"),
                Map.entry("kv.state.ttl", "12h"),
                Map.entry("kv.codec", "int4"),
                Map.entry("kv.compression", "zstd"),
                Map.entry("kv.use-compression", "true"),
                Map.entry("kv.compression-ratio", "2.5"),
                Map.entry("kv.recent-tokens", "64"),
                Map.entry("model.dtype", "FP32"),
                Map.entry("results.delivery", "at-least-once"),
                Map.entry("kafka.client.sasl.mechanism", "PLAIN")));

    assertThat(EngineSettings.from(settings).maxBatch()).isEqualTo(4);
    assertThat(EngineSettings.from(settings).linger()).isEqualTo(Duration.ofMinutes(2));
    assertThat(EngineSettings.from(settings).batchLinger()).isEqualTo(Duration.ofMillis(5));
    assertThat(EngineSettings.from(settings).tenantWeights())
        .containsOnly(Map.entry("acme", 4.0), Map.entry("free", 0.5));
    assertThat(KvSettings.from(settings).blockBytes()).isEqualTo(512 << 10);
    assertThat(KvSettings.from(settings).ttl()).isEqualTo(Duration.ofHours(12));
    assertThat(KvCodecSettings.from(settings))
        .isEqualTo(new KvCodecSettings(KvCodec.INT4, KvCompression.ZSTD, true, 2.5, 64));
    assertThat(ModelSettings.from(settings).dtype()).isEqualTo(Dtype.FP32);
    assertThat(KafkaSettings.from(settings).delivery()).isEqualTo(Delivery.AT_LEAST_ONCE);
    assertThat(KafkaSettings.from(settings).client())
        .containsOnly(Map.entry("sasl.mechanism", "PLAIN"));
  }

  @Test
  void values_are_kept_as_the_reference_writes_them() {
    assertThat(
            Settings.canonical(
                Map.of(
                    "use_compression", " TRUE ",
                    "kv.compression", "ZSTD",
                    "kv.host.bytes", "64MB",
                    "model.path", "/Models/A",
                    "engine.tenant-weights", "Acme=4")))
        .containsOnly(
            Map.entry("kv.use-compression", "true"),
            Map.entry("kv.compression", "zstd"),
            Map.entry("kv.host.bytes", "64mb"),
            Map.entry("model.path", "/Models/A"),
            Map.entry("engine.tenant-weights", "Acme=4"));
  }

  @Test
  void a_wrong_value_is_refused_with_value_range_and_key() {
    Settings settings = Settings.of(Map.of("engine.max-batch", "0"));

    assertThatThrownBy(() -> EngineSettings.from(settings))
        .isInstanceOf(CaudalException.class)
        .hasMessageContainingAll("engine.max-batch", "'0'", "1 to 1024");
    assertThatThrownBy(() -> KvSettings.from(Settings.of(Map.of("kv.state.ttl", "soon"))))
        .hasMessageContainingAll("kv.state.ttl", "'soon'", "1s to 3650d");
    assertThatThrownBy(
            () -> KvSettings.from(Settings.of(Map.of("kv.block-bytes", "99999999999999gb"))))
        .hasMessageContaining("kv.block-bytes");
    for (String ratio : List.of("0.9", "8.5", "two", "1e0", "NaN")) {
      Settings wrong = Settings.of(Map.of("kv.compression-ratio", ratio));
      assertThatThrownBy(() -> KvCodecSettings.from(wrong))
          .hasMessageContainingAll("kv.compression-ratio", "'" + ratio + "'", "1 to 8");
    }
    for (String weights : List.of("acme", "acme=0", "acme=1,acme=2", "=1", "acme=1,")) {
      Settings wrong = Settings.of(Map.of("engine.tenant-weights", weights));
      assertThatThrownBy(() -> EngineSettings.from(wrong))
          .hasMessageContainingAll("engine.tenant-weights", "'" + weights + "'", "0.001 to 1000");
    }
    for (String cpus : List.of("a", "1-", "3-2", "0,,1", "0,1024", "-1", "99999")) {
      Settings wrong = Settings.of(Map.of("model.cpus", cpus));
      assertThatThrownBy(() -> ModelSettings.from(wrong))
          .hasMessageContainingAll("model.cpus", "'" + cpus + "'", "0 to 1023");
    }
  }

  @Test
  void cpus_are_numbers_and_ranges() {
    assertThat(ModelSettings.from(Settings.of(Map.of("model.cpus", "6, 0-2,1"))).cpus())
        .containsExactly(0, 1, 2, 6);
    assertThat(ModelSettings.from(Settings.of(Map.of())).cpus()).isEmpty();
  }

  @Test
  void an_unknown_key_is_refused_with_the_nearest() {
    assertThatThrownBy(() -> Settings.of(Map.of("engine.maxbatch", "4")))
        .isInstanceOf(CaudalException.class)
        .hasMessageContainingAll("engine.maxbatch", "engine.max-batch");
  }

  @Test
  void an_alias_is_its_key_and_takes_that_keys_values() {
    Settings settings = Settings.of(Map.of("batch_size", "4", "use_cuda", "false"));

    assertThat(settings.given())
        .containsOnly(Map.entry("engine.max-batch", "4"), Map.entry("model.device", "cpu"));
    assertThat(Settings.aliases().values())
        .allSatisfy(key -> assertThat(Settings.key(key).name()).isEqualTo(key));
    assertThatThrownBy(() -> Settings.of(Map.of("batch_size", "4", "engine.max-batch", "8")))
        .hasMessageContainingAll("engine.max-batch", "twice");
    assertThatThrownBy(() -> Settings.of(Map.of("use_cuda", "perhaps")))
        .hasMessageContainingAll("use_cuda", "false | true");
    assertThat(Settings.of(Map.of("quantization_bits", "8")).text("kv.codec")).isEqualTo("int8");
    assertThatThrownBy(() -> Settings.of(Map.of("batch_sise", "4")))
        .hasMessageContaining("batch_size");
  }

  @Test
  void space_around_a_value_is_no_part_of_it() {
    Settings settings = Settings.of(Map.of("batch_size", " 8 "));
    assertThat(settings.text("engine.max-batch")).isEqualTo("8");
    assertThat(Settings.canonical(Map.of("batch_size", " 8 ")))
        .containsEntry("engine.max-batch", "8");
  }

  @Test
  void bounds_are_of_live_settings_with_an_order() {
    Settings settings =
        Settings.of(
            Map.of(
                "adaptive",
                "on",
                "adaptive.bounds",
                "batch_size=2..8, kv.host.bytes=1mb..1gb,kv.eviction-policy=lru..lfu"));
    AdaptiveSettings adaptive = AdaptiveSettings.from(settings);
    assertThat(adaptive.mode()).isEqualTo(AdaptiveMode.ON);
    assertThat(adaptive.bounds())
        .containsOnly(
            Map.entry("engine.max-batch", new Bounds(2, 8)),
            Map.entry("kv.host.bytes", new Bounds(1 << 20, 1 << 30)),
            Map.entry("kv.eviction-policy", new Bounds(0, 1)));
    for (String wrong :
        List.of(
            "engine.max-batch=8..2",
            "engine.max-batch=2",
            "job.capacity=1..8",
            "log.levels=a..b",
            "engine.max-batch=2..8,batch_size=2..9",
            "engine.max-batch=0..8")) {
      assertThatThrownBy(() -> AdaptiveSettings.from(Settings.of(Map.of("adaptive.bounds", wrong))))
          .as(wrong)
          .isInstanceOf(CaudalException.class);
    }
  }

  @Test
  void a_value_of_every_live_setting_with_an_order_is_found_again_from_its_rank() {
    for (ConfigKey<?> key : Settings.keys()) {
      Scale.rank(key.name(), key.defaultText())
          .ifPresent(
              rank -> {
                String text = Scale.text(key.name(), rank);
                assertThat(Scale.rank(key.name(), text)).as(key.name()).hasValue(rank);
              });
    }
    assertThat(Scale.text("kv.host.bytes", 192 << 20)).isEqualTo("192mb");
    assertThat(Scale.text("engine.batch-linger", 2)).isEqualTo("2ms");
    assertThat(Scale.text("kv.compression-ratio", 1.5)).isEqualTo("1.5");
    assertThat(Scale.text("kv.compression-ratio", 2)).isEqualTo("2");
    assertThat(Scale.text("kv.use-compression", 1)).isEqualTo("true");
    assertThat(Scale.text("kv.codec", 2)).isEqualTo("int8");
  }

  @Test
  void a_live_change_is_checked_whole() {
    assertThat(Settings.liveProblems(Map.of("batch_size", "8"), List.of("timeout"))).isEmpty();
    assertThat(
            Settings.liveProblems(
                Map.of("batch_size", "0", "model.dtype", "fp32"), List.of("nonsense")))
        .hasSize(3)
        .anySatisfy(problem -> assertThat(problem).contains("engine.max-batch", "1 to 1024"))
        .anySatisfy(problem -> assertThat(problem).contains("model.dtype", "can't change"))
        .anySatisfy(problem -> assertThat(problem).contains("nonsense", "did you mean"));
  }

  @Test
  void log_levels_are_by_logger_and_verbose_is_one_of_them() {
    Settings settings =
        Settings.of(Map.of("log.levels", "org.apache.Kafka = WARN, a=off", "verbose", "true"));

    assertThat(LogSettings.from(settings).effectiveLevels())
        .containsOnly(
            Map.entry("org.apache.Kafka", "warn"),
            Map.entry("a", "off"),
            Map.entry("io.caudal", "debug"));
    assertThatThrownBy(() -> LogSettings.from(Settings.of(Map.of("log.levels", "a=loud"))))
        .hasMessageContainingAll("log.levels", "a=loud", "trace");
  }

  @Test
  void every_preset_sets_what_is_allowed_and_something_live() {
    for (String name : Preset.NAMES) {
      Preset preset = Preset.named(name);
      assertThat(preset.description()).as(name).isNotEmpty();
      assertThat(preset.settings().keySet()).as(name).anyMatch(key -> Settings.key(key).isLive());
    }
    assertThatThrownBy(() -> Preset.named("fast")).hasMessageContainingAll("fast", "low_latency");
  }

  @Test
  void client_secrets_are_not_printed() {
    Settings settings = Settings.of(Map.of("kafka.client.sasl.jaas.config", "password='hunter2'"));

    assertThat(KafkaSettings.from(settings).toString()).doesNotContain("hunter2");
  }
}
