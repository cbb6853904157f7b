package io.caudal.cli;

import io.caudal.cli.local.LocalCaudal;
import java.io.PrintWriter;

/** Where to find what runs. */
final class RunningSummary {
  private RunningSummary() {}

  static void print(PrintWriter out, LocalCaudal caudal) {
    out.println("bootstrap    " + caudal.bootstrapServers());
    out.println("topics       " + String.join(" ", caudal.kafka().topics()));
    out.println(
        "web UI       " + caudal.cluster().uiAddress() + "/#/job/running/" + caudal.jobId());
    out.println("data         " + caudal.folder().path());
    out.flush();
  }
}
