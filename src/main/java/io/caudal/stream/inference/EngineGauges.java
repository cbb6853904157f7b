package io.caudal.stream.inference;

import io.caudal.engine.StepTotals;
import io.caudal.engine.host.Engine;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.ToLongFunction;

/** What step loops have done since the engine began, and where their time went. They only grow. */
final class EngineGauges {
  private static final double NANOS_PER_MILLI = 1e6;

  private EngineGauges() {}

  static void put(Map<String, DoubleSupplier> gauges, Engine engine) {
    gauges.put("engine_loops", engine::loops);
    count(gauges, engine, "engine_sequences", StepTotals::sequences);
    count(gauges, engine, "engine_prefill_tokens", StepTotals::prefillTokens);
    count(gauges, engine, "engine_decode_tokens", StepTotals::decodeTokens);
    count(gauges, engine, "engine_preempted", StepTotals::preempted);
    count(gauges, engine, "engine_not_begun", StepTotals::notBegun);
    count(gauges, engine, "engine_evicted", StepTotals::evicted);
    count(gauges, engine, "engine_guessed_tokens", StepTotals::guessed);
    count(gauges, engine, "engine_accepted_tokens", StepTotals::accepted);
    time(gauges, engine, "engine_prefill_ms", StepTotals::prefillNanos);
    time(gauges, engine, "engine_decode_ms", StepTotals::decodeNanos);
    time(gauges, engine, "engine_restore_ms", StepTotals::restoreNanos);
    time(gauges, engine, "engine_export_ms", StepTotals::exportNanos);
    time(gauges, engine, "engine_other_ms", StepTotals::otherNanos);
  }

  private static void count(
      Map<String, DoubleSupplier> gauges,
      Engine engine,
      String name,
      ToLongFunction<StepTotals> of) {
    gauges.put(name, () -> of.applyAsLong(engine.totals()));
  }

  private static void time(
      Map<String, DoubleSupplier> gauges,
      Engine engine,
      String name,
      ToLongFunction<StepTotals> of) {
    gauges.put(name, () -> of.applyAsLong(engine.totals()) / NANOS_PER_MILLI);
  }
}
