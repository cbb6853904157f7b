package io.caudal.cli.demo;

import io.caudal.cli.client.KafkaClientSide;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;

/** Says the same turns again in a new session, alone in the batch, while no process is killed. */
final class UndisturbedReplay implements ReferenceAnswers {
  private final Asker asker;
  private final String run;

  UndisturbedReplay(KafkaClientSide client, String run) {
    this.asker = new Asker(client, new Transcript(new PrintWriter(Writer.nullWriter())));
    this.run = run;
  }

  @Override
  public List<String> answers(String name, List<Turn> turns) {
    List<String> answers = new ArrayList<>();
    for (Turn turn : turns) {
      Asked asked = asker.ask("reference-" + name + "-" + run, name, turn);
      asker.pollUntil("an answer", asked::isComplete);
      answers.add(asked.text());
    }
    return answers;
  }
}
