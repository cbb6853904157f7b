package io.caudal.engine.torch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.config.Dtype;
import io.caudal.config.ModelSettings;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelRunner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A small public model's stories, on which two unrelated programs agree. */
class SharedStoriesGoldenTest {
  private static final int WHOLE = Integer.MAX_VALUE / 2;
  private static final Path FOLDER =
      Path.of(System.getProperty("caudal.shared", "../shared"), "models", "stories260K");
  private static final int BEGIN = 1;

  private static List<GoldenCase> cases = List.of();
  private static LoadedModel model;

  @BeforeAll
  static void load() throws IOException {
    model =
        new TorchModelFactory()
            .load(new ModelSettings(FOLDER.toString(), "", Dtype.FP32, "cpu", true, List.of()));
    cases = cases(new ObjectMapper().readTree(FOLDER.resolve("golden.json").toFile()));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  /** Where a story ends by itself, the stop id that ended it is part of what is generated. */
  private static List<GoldenCase> cases(JsonNode golden) {
    List<GoldenCase> cases = new ArrayList<>();
    for (JsonNode node : golden.get("cases")) {
      int[] output = GoldenCase.ints(node.get("output_ids"));
      if (node.get("finish").asText().equals("bos")) {
        output = Arrays.copyOf(output, output.length + 1);
        output[output.length - 1] = BEGIN;
      }
      cases.add(
          new GoldenCase(
              node.get("id").asText(),
              GoldenCase.ints(node.get("prompt_ids")),
              output,
              output.length,
              GoldenCase.tops(node.get("top5"), "step", 0)));
    }
    return cases;
  }

  @Test
  void every_story_as_one_prompt() {
    eachAlone(WHOLE);
  }

  @Test
  void every_story_in_chunks() {
    eachAlone(7);
  }

  private static void eachAlone(int chunkTokens) {
    try (ModelRunner runner = model.newRunner(1)) {
      for (GoldenCase story : cases) {
        runner.release(0);
        story.check(new Greedy(runner).run(0, story.prompt(), 0, story.maxTokens(), chunkTokens));
      }
    }
  }

  @Test
  void all_stories_in_one_batch() {
    try (ModelRunner runner = model.newRunner(cases.size())) {
      List<Greedy.Run> runs = new ArrayList<>();
      for (GoldenCase story : cases) {
        runs.add(new Greedy.Run(runs.size(), story.prompt(), 0, story.maxTokens()));
      }
      new Greedy(runner).runAll(runs, 16);
      for (int i = 0; i < runs.size(); i++) {
        cases.get(i).check(runs.get(i));
      }
    }
  }

  @Test
  void turns_of_a_session_with_kv_moved_between_them() {
    List<GoldenCase> turns =
        cases.stream().filter(story -> story.name().startsWith("s-turns-")).toList();
    try (ModelRunner runner = model.newRunner(2)) {
      int held = 0;
      for (int i = 0; i < turns.size(); i++) {
        int slot = i % 2;
        int other = 1 - slot;
        GoldenCase turn = turns.get(i);
        runner.reserve(slot, turn.prompt().length + turn.maxTokens());
        runner.importKv(slot, 0, held, held == 0 ? empty() : runner.exportKv(other, 0, held));
        runner.release(other);
        turn.check(new Greedy(runner).run(slot, turn.prompt(), held, turn.maxTokens(), WHOLE));
        held = turn.prompt().length + turn.output().length - 1;
      }
    }
  }

  private static ByteBuffer empty() {
    return ByteBuffer.allocate(0);
  }
}
