package io.caudal.cli;

import io.caudal.cli.client.KafkaClientSide;
import io.caudal.cli.demo.DemoReport;
import io.caudal.cli.demo.DemoRun;
import io.caudal.cli.local.Installation;
import io.caudal.cli.local.LocalCaudal;
import io.caudal.cli.local.LocalOptions;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal demo}: conversations that outlive their TaskManager, and the proof. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Starts Kafka and Flink with two TaskManagers, talks in several sessions, kills the",
      "TaskManager that answers in mid-stream, goes on, and checks every answer.",
      "Exit code 0 if nothing was lost, doubled, altered or forgotten."
    })
final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SettingOptions settings;

  @Option(
      names = "--json",
      description = "One JSON object on standard output; all else goes to standard error.")
  private boolean json;

  @Option(names = "--keep", description = "Leave everything running at the end.")
  private boolean keep;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter story = json ? spec.commandLine().getErr() : out;
    // Text that can be compared word for word needs fp32.
    LocalOptions options =
        new LocalOptions(0, 0, 2, 2, settings.settings(Map.of("model.dtype", "fp32")));
    try (LocalCaudal caudal =
        LocalCaudal.start(Installation.locate(), options, new Progress(story))) {
      DemoReport report;
      try (KafkaClientSide client = KafkaClientSide.connect(caudal.kafka())) {
        report = new DemoRun(caudal, client, story).play();
      }
      story.println();
      story.println(report.table());
      if (keep) {
        story.println();
        RunningSummary.print(story, caudal);
        story.println("stop it      " + caudal.leaveRunning());
      }
      story.flush();
      if (json) {
        out.println(report.json());
        out.flush();
      }
      return report.isGood() ? 0 : 1;
    }
  }
}
