package io.caudal.cli.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Prompts with the ids that a model must answer: {@code cases[]} with {@code prompt_ids,
 * output_ids, finish}, or {@code sessions[].turns[]} with {@code prompt_ids, continuation_ids}.
 */
final class GoldenCases {

  /**
   * One prompt and its answer, the end token left out.
   *
   * @param length whether the answer was cut at its length, not ended by the model
   */
  record Case(String id, int[] promptIds, int[] outputIds, boolean length) {}

  private GoldenCases() {}

  static List<Case> read(Path file, Set<Integer> stopIds) {
    JsonNode root;
    try {
      root = new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new CaudalException(
          ErrorCode.BAD_JSON, "--cases " + file + " can't be read as JSON: " + e.getMessage(), e);
    }
    List<Case> cases = new ArrayList<>();
    for (JsonNode node : root.path("cases")) {
      boolean length = node.path("finish").asText().equals("length");
      cases.add(
          new Case(
              node.path("id").asText(Integer.toString(cases.size())),
              ids(node.path("prompt_ids"), Set.of()),
              ids(node.path("output_ids"), Set.of()),
              length));
    }
    for (JsonNode session : root.path("sessions")) {
      for (JsonNode turn : session.path("turns")) {
        cases.add(
            new Case(
                Integer.toString(cases.size()),
                ids(turn.path("prompt_ids"), Set.of()),
                ids(turn.path("continuation_ids"), stopIds),
                false));
      }
    }
    if (cases.isEmpty()) {
      throw new CaudalException(
          ErrorCode.MISSING_FIELD, "--cases " + file + " has neither cases nor sessions");
    }
    return cases;
  }

  private static int[] ids(JsonNode array, Set<Integer> without) {
    List<Integer> ids = new ArrayList<>();
    array.forEach(id -> ids.add(id.asInt()));
    return ids.stream().filter(id -> !without.contains(id)).mapToInt(i -> i).toArray();
  }
}
