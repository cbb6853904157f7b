package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.protocol.Result;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions with one system prompt, in the whole job. */
@NullUnmarked
class SharedPrefixJobTest {
  private static final String SYSTEM =
      "You remember what you are told. ".repeat(6) + "You answer in one short sentence.";
  private static final String FIRST = "My name is Zorvek.";
  private static final String SECOND = "What is my name?";

  @TempDir private static Path folder;
  private static RunningJob running;
  private static Topics topics;

  @BeforeAll
  static void start() throws Exception {
    // A job that restarts finds no engine, so nothing but state.
    running = RunningJob.start(folder, Map.of("engine.linger", "0ms", "kv.warm-start", "0"));
    topics = running.topics();
  }

  @AfterAll
  static void stop() {
    running.close();
  }

  @Test
  void a_common_beginning_is_computed_once_and_kept_in_one_session() throws Exception {
    List<Result> first = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      first.add(topics.ask("p" + i, SYSTEM, FIRST));
    }
    int shared = first.get(1).usage().cachedTokens();
    assertThat(first.get(0).usage().cachedTokens()).isZero();
    assertThat(shared).isGreaterThan(first.get(1).usage().promptTokens() / 2);
    assertThat(first).extracting(Result::text).containsOnly(first.get(0).text());

    running.loseTaskManager();
    List<Result> second = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      second.add(topics.ask("p" + i, SECOND));
    }

    assertThat(second).extracting(Result::turn).containsOnly(2);
    assertThat(second).extracting(Result::text).containsOnly(second.get(0).text());
    assertThat(second.get(0).text()).contains("Zorvek");
    // The first has the beginning in its state; once read, it is there for all others.
    int all = second.get(0).usage().cachedTokens();
    assertThat(all).isGreaterThan(shared);
    assertThat(second.subList(1, 4))
        .allSatisfy(
            result -> assertThat(result.usage().cachedTokens()).isGreaterThanOrEqualTo(all));
  }

  @Test
  void a_session_without_the_beginning_in_its_state_computes_it_again() throws Exception {
    String system = "You are a guide. " + SYSTEM;
    topics.ask("q0", system, "My city is Lima.");
    Result first = topics.ask("q1", system, "My city is Lima.");
    int shared = first.usage().cachedTokens();

    running.loseTaskManager();
    Result alone = topics.ask("q1", "What is my city?");
    Result other = topics.ask("q0", "What is my city?");

    assertThat(shared).isPositive();
    assertThat(alone.text()).isEqualTo(other.text()).contains("Lima");
    assertThat(alone.usage().promptTokens() - alone.usage().cachedTokens())
        .isGreaterThanOrEqualTo(shared);
    assertThat(alone.usage().cachedTokens()).isPositive();
  }
}
