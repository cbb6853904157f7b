package io.caudal.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.config.Dtype;
import io.caudal.config.ModelSettings;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelRunner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The bundled model's dialogues, which another program computed: however KV came to be. */
class BundledModelGoldenTest {
  private static final int WHOLE = Integer.MAX_VALUE / 2;
  private static List<List<GoldenCase>> sessions = List.of();
  private static LoadedModel model;

  @BeforeAll
  static void load() throws IOException {
    model =
        new TorchModelFactory()
            .load(new ModelSettings(ModelSettings.BUNDLED, "", Dtype.FP32, "cpu", true, List.of()));
    try (InputStream in =
        BundledModelGoldenTest.class.getResourceAsStream("/models/demo/golden.json")) {
      sessions = sessions(new ObjectMapper().readTree(in));
    }
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static List<List<GoldenCase>> sessions(JsonNode golden) {
    List<List<GoldenCase>> sessions = new ArrayList<>();
    for (JsonNode session : golden.get("sessions")) {
      List<GoldenCase> turns = new ArrayList<>();
      for (JsonNode turn : session.get("turns")) {
        int[] prompt = GoldenCase.ints(turn.get("prompt_ids"));
        int[] output = GoldenCase.ints(turn.get("continuation_ids"));
        turns.add(
            new GoldenCase(
                "session " + sessions.size() + " turn " + turns.size(),
                prompt,
                output,
                output.length,
                GoldenCase.tops(turn.get("top5"), "position", prompt.length - 1)));
      }
      sessions.add(turns);
    }
    return sessions;
  }

  @Test
  void every_turn_as_one_prompt() {
    eachTurnAlone(WHOLE);
  }

  @Test
  void every_turn_in_chunks() {
    eachTurnAlone(7);
  }

  private static void eachTurnAlone(int chunkTokens) {
    try (ModelRunner runner = model.newRunner(1)) {
      for (List<GoldenCase> session : sessions) {
        for (GoldenCase turn : session) {
          runner.release(0);
          turn.check(new Greedy(runner).run(0, turn.prompt(), 0, turn.maxTokens(), chunkTokens));
        }
      }
    }
  }

  @Test
  void kv_carried_from_turn_to_turn() {
    try (ModelRunner runner = model.newRunner(1)) {
      for (List<GoldenCase> session : sessions) {
        runner.release(0);
        int held = 0;
        for (GoldenCase turn : session) {
          turn.check(new Greedy(runner).run(0, turn.prompt(), held, turn.maxTokens(), WHOLE));
          held = turn.prompt().length + turn.output().length - 1;
        }
      }
    }
  }

  @Test
  void all_sessions_in_one_batch() {
    try (ModelRunner runner = model.newRunner(sessions.size())) {
      int turns = sessions.stream().mapToInt(List::size).max().orElseThrow();
      int[] held = new int[sessions.size()];
      for (int turn = 0; turn < turns; turn++) {
        List<GoldenCase> cases = new ArrayList<>();
        List<Greedy.Run> runs = new ArrayList<>();
        for (int i = 0; i < sessions.size(); i++) {
          if (turn < sessions.get(i).size()) {
            GoldenCase next = sessions.get(i).get(turn);
            cases.add(next);
            runs.add(new Greedy.Run(i, next.prompt(), held[i], next.maxTokens()));
            held[i] = next.prompt().length + next.output().length - 1;
          }
        }
        new Greedy(runner).runAll(runs, 16);
        for (int i = 0; i < runs.size(); i++) {
          cases.get(i).check(runs.get(i));
        }
      }
    }
  }

  @Test
  void kv_moved_to_another_runner_between_turns() {
    try (ModelRunner first = model.newRunner(1);
        ModelRunner second = model.newRunner(3)) {
      for (List<GoldenCase> session : sessions) {
        first.release(0);
        int held = 0;
        for (GoldenCase turn : session) {
          first.reserve(0, turn.prompt().length + turn.maxTokens());
          turn.check(new Greedy(first).run(0, turn.prompt(), held, turn.maxTokens(), WHOLE));
          held = turn.prompt().length + turn.output().length - 1;
          moveAndBack(first, second, held);
        }
      }
    }
  }

  /** Out in two parts, into another runner's slot, out as a whole, and back. */
  private static void moveAndBack(ModelRunner first, ModelRunner second, int held) {
    int half = held / 2;
    second.reserve(2, held);
    second.importKv(2, 0, half, first.exportKv(0, 0, half));
    second.importKv(2, half, held - half, first.exportKv(0, half, held - half));
    first.release(0);
    ByteBuffer whole = second.exportKv(2, 0, held);
    second.release(2);
    assertThat(whole.remaining()).isEqualTo(held * first.model().kv().bytesPerToken());
    first.reserve(0, held);
    first.importKv(0, 0, held, whole);
  }
}
