package io.caudal.chaos;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a run did and what the audit said.
 *
 * @param struck how often each kind of fault struck, and the longest time without a result then
 * @param processesEnded those that ended without being killed by us
 */
record ChaosReport(
    ChaosOptions options,
    Map<FaultKind, Strikes> struck,
    Findings findings,
    Duration took,
    int processesEnded) {

  /**
   * @param missed the times at which there was nothing to strike
   */
  record Strikes(int count, int missed, Duration longestGap) {
    static final Strikes NONE = new Strikes(0, 0, Duration.ZERO);

    Strikes plus(boolean struck, Duration gap) {
      return new Strikes(
          count + (struck ? 1 : 0),
          missed + (struck ? 0 : 1),
          gap.compareTo(longestGap) > 0 ? gap : longestGap);
    }
  }

  int faults() {
    return struck.values().stream().mapToInt(Strikes::count).sum();
  }

  String json() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("seed", options.seed())
        .put("seconds", took.toSeconds())
        .put("faults", faults())
        .put("requests", findings.requests)
        .put("answered", findings.answered)
        .put("compared", findings.compared)
        .put("continued", findings.continued)
        .put("went_on_in_mid_answer", findings.wentOn)
        .put("of_other_kinds", findings.odd)
        .put("cancelled", findings.cancelled)
        .put("dead_letters", findings.letters)
        .put("lost", findings.lost.size())
        .put("duplicated", findings.duplicated.size())
        .put("wrong", findings.wrong.size())
        .put("reordered", findings.reordered.size())
        .put("stream_differs", findings.streams.size())
        .put("left_in_state", findings.left.size())
        .put("processes_ended", processesEnded);
    ObjectNode kinds = root.putObject("by_kind");
    struck.forEach((kind, strikes) -> kinds.put(kind.label(), strikes.count()));
    ObjectNode gaps = root.putObject("longest_gap_ms");
    struck.forEach((kind, strikes) -> gaps.put(kind.label(), strikes.longestGap().toMillis()));
    ArrayNode problems = root.putArray("problems");
    findings.problems().forEach(problems::add);
    try {
      return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String markdown() {
    StringBuilder text = new StringBuilder();
    text.append("| fault | times | longest time without a result, s |\n| --- | ---: | ---: |\n");
    struck.forEach(
        (kind, strikes) ->
            text.append(
                String.format(
                    "| `%s` | %d | %.1f |%n",
                    kind.label(), strikes.count(), strikes.longestGap().toMillis() / 1000.0)));
    text.append(String.format("| all | %d | |%n%n", faults()));
    text.append("| requests | lost | duplicated | wrong | reordered | stream differs |\n");
    text.append("| ---: | ---: | ---: | ---: | ---: | ---: |\n");
    text.append(
        String.format(
            "| %d | %d | %d | %d | %d | %d |%n%n",
            findings.requests,
            findings.lost.size(),
            findings.duplicated.size(),
            findings.wrong.size(),
            findings.reordered.size(),
            findings.streams.size()));
    text.append(
        String.format(
            "Seed %d, %d s; %d answers compared, %d of them after a restart of the job, %d of those"
                + " with text from before it. Of other kinds: %d requests, %d of them cancelled, and %d"
                + " dead letters. Left in state at the end: %s.%n",
            options.seed(),
            took.toSeconds(),
            findings.compared,
            findings.continued,
            findings.wentOn,
            findings.odd,
            findings.cancelled,
            findings.letters,
            findings.left.isEmpty() ? "nothing" : findings.left));
    return text.toString();
  }

  /** {@code NAME.json} and {@code NAME.md}. */
  void write(Path folder, String name) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(name + ".json"), json());
      Files.writeString(folder.resolve(name + ".md"), markdown());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> problems() {
    return findings.problems();
  }
}
