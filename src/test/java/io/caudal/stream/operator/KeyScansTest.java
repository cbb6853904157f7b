package io.caudal.stream.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class KeyScansTest {
  private static final int KEYS = 3_000;

  @Test
  void visits_each_key_some_at_a_time() throws Exception {
    try (KeyedAsyncHarness harness = KeyedAsyncHarness.started()) {
      for (int i = 0; i < KEYS; i++) {
        harness.process("k" + i, 1);
        harness.finish("k" + i, 1);
      }
      harness.process("k7", 2);
      List<String> visited = new ArrayList<>();
      List<String> busy = new ArrayList<>();
      List<String> ended = new ArrayList<>();
      KeyVisit<String, String> visit =
          (key, isBusy, out) -> {
            assertThat(harness.keyedAsync().getCurrentKey()).isEqualTo(key);
            visited.add(key);
            if (isBusy) {
              busy.add(key);
            }
          };
      harness.function().context.scan(String.class, "turns", visit, out -> ended.add("first"));
      harness
          .function()
          .context
          .scan(String.class, "turns", (key, isBusy, out) -> {}, out -> ended.add("second"));

      int mails = 0;
      while (ended.isEmpty()) {
        harness.getTaskMailbox().take(-1).run();
        mails++;
      }
      assertThat(visited).hasSize(KEYS);
      assertThat(new TreeSet<>(visited)).hasSize(KEYS);
      assertThat(busy).containsExactly("k7");
      assertThat(mails).isGreaterThan(KEYS / 300);
      harness.pump();
      assertThat(ended).containsExactly("first", "second");
    }
  }

  @Test
  void a_scan_ends_with_the_operator() throws Exception {
    List<String> visited = new ArrayList<>();
    try (KeyedAsyncHarness harness = KeyedAsyncHarness.started()) {
      for (int i = 0; i < KEYS; i++) {
        harness.process("k" + i, 1);
        harness.finish("k" + i, 1);
      }
      harness
          .function()
          .context
          .scan(String.class, "turns", (key, busy, out) -> visited.add(key), out -> {});
      harness.getTaskMailbox().take(-1).run();
    }
    assertThat(visited).isNotEmpty().hasSizeLessThan(KEYS);
  }
}
