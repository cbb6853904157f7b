package io.caudal.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.cli.client.Dated;
import io.caudal.protocol.ControlAck;
import io.caudal.protocol.ControlChange;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChangeLogTest {
  private static final String KEY = "engine.max-batch";

  @Test
  void two_who_change_one_key_are_both_there_in_order() {
    List<ChangeLog.Entry> entries =
        ChangeLog.of(
            List.of(change(1_000, "a", "ana", "8"), change(2_000, "b", "ben", "4")),
            List.of(
                ack("a", 0, 1, "16", "8"),
                ack("b", 0, 2, "8", "4"),
                ack("a", 1, 1, "16", "8"),
                ack("b", 1, 2, "8", "4")));

    assertThat(entries).extracting(e -> e.change().by()).containsExactly("ana", "ben");
    assertThat(entries).allMatch(entry -> entry.outcome().isApplied());
    assertThat(entries)
        .extracting(ChangeLog.Entry::steps)
        .containsExactly(KEY + " 16 -> 8", KEY + " 8 -> 4");
    assertThat(ChangeLog.table(entries)).contains("applied by 2 of 2 subtasks, version 2");
  }

  @Test
  void a_reason_is_below_its_change() {
    Dated<ControlChange> reasoned =
        new Dated<>(
            2_000,
            new ControlChange("b", Map.of(KEY, "24"), List.of(), "adaptive", "16 of 16", null));
    List<ChangeLog.Entry> entries =
        ChangeLog.of(
            List.of(change(1_000, "a", "ana", "8"), reasoned, change(3_000, "c", "ben", "4")),
            List.of());
    List<String> lines = ChangeLog.table(entries).lines().toList();
    assertThat(lines).hasSize(5);
    assertThat(lines.get(2)).contains(" b ", KEY + "=24");
    assertThat(lines.get(3)).isEqualTo("  because 16 of 16");
  }

  @Test
  void half_of_the_subtasks_is_not_applied() {
    ChangeOutcome outcome =
        ChangeLog.of(List.of(change(1, "a", "ana", "8")), List.of(ack("a", 1, 1, "16", "8")))
            .get(0)
            .outcome();

    assertThat(outcome.isApplied()).isFalse();
    assertThat(outcome.missing()).containsExactly(0);
    assertThat(outcome.summary()).isEqualTo("applied by 1 of 2 subtasks, version 1");
    assertThat(outcome.lines()).contains("subtask 0  no acknowledgement");
  }

  @Test
  void a_refusal_and_silence_are_said() {
    ControlAck refusal =
        new ControlAck("a", 0, 2, 0, Map.of(), Map.of(), List.of("unknown setting 'x'"));
    List<ChangeLog.Entry> entries =
        ChangeLog.of(
            List.of(change(1, "a", "ana", "8"), change(2, "b", "ben", "4")),
            List.of(new Dated<>(1, refusal)));

    assertThat(entries.get(0).outcome().summary()).isEqualTo("refused: unknown setting 'x'");
    assertThat(entries.get(1).outcome().summary()).isEqualTo("no acknowledgement");
    assertThat(entries.get(1).steps()).isEqualTo(KEY + "=4");
  }

  @Test
  void where_acknowledgements_are_kept_no_longer_that_is_said() {
    List<ChangeLog.Entry> entries =
        ChangeLog.of(
            List.of(change(1, "a", "ana", "8"), change(5, "b", "ben", "4")),
            List.of(ack("c", 0, 3, "16", "8")));

    assertThat(entries)
        .extracting(ChangeLog.Entry::result)
        .containsExactly("no acknowledgement is kept", "no acknowledgement");
  }

  private static Dated<ControlChange> change(long at, String id, String by, String value) {
    return new Dated<>(at, new ControlChange(id, Map.of(KEY, value), List.of(), by));
  }

  private static Dated<ControlAck> ack(
      String id, int subtask, long version, String old, String value) {
    return new Dated<>(
        version,
        new ControlAck(id, subtask, 2, version, Map.of(KEY, value), Map.of(KEY, old), List.of()));
  }
}
