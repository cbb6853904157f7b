package io.caudal.cli.demo;

import java.util.List;

/** What a conversation's answers are when nothing disturbs it. */
interface ReferenceAnswers {

  /**
   * @param name of the conversation
   * @param turns what the user says
   * @return the answer to each turn
   */
  List<String> answers(String name, List<Turn> turns);
}
