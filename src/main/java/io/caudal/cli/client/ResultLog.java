package io.caudal.cli.client;

import io.caudal.config.KafkaSettings;
import io.caudal.error.CaudalException;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import java.util.ArrayList;
import java.util.List;

/** Reads the results topic from its beginning to its end, committed records only. */
public final class ResultLog {
  private ResultLog() {}

  /**
   * Every committed result, in each partition's order.
   *
   * @throws io.caudal.error.CaudalException {@code BROKER_UNREACHABLE}
   */
  public static List<Result> readAll(KafkaSettings settings) {
    List<Result> results = new ArrayList<>();
    TopicLog.readAll(
        settings,
        settings.resultsTopic(),
        entry -> {
          try {
            results.add(ResultJson.read(entry.value()));
          } catch (CaudalException e) {
            throw KafkaClientSide.notOurs(entry, e);
          }
        });
    return results;
  }
}
