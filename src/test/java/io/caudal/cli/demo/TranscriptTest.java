package io.caudal.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TranscriptTest {
  private final StringWriter text = new StringWriter();
  private final Transcript transcript = new Transcript(new PrintWriter(text));

  @Test
  void one_answer_streams_and_the_others_wait() {
    transcript.asked("anna", "Hi");
    transcript.asked("ben", "Hello");
    transcript.piece("ben", "Good ");
    transcript.piece("anna", "Hi to you");
    transcript.ended("anna");
    transcript.asked("anna", "Bye");
    transcript.piece("ben", "day");
    transcript.ended("ben");
    transcript.piece("anna", "See you");
    transcript.ended("anna");
    assertThat(text.toString())
        .isEqualTo(
            """
            ben   > Hello
            ben   < Good day
            anna  > Hi
            anna  < Hi to you
            anna  > Bye
            anna  < See you
            """);
  }

  @Test
  void an_event_interrupts_the_open_line() {
    transcript.asked("anna", "Tell");
    transcript.piece("anna", "Once");
    transcript.event("killed");
    transcript.piece("anna", "upon");
    transcript.ended("anna");
    assertThat(text.toString())
        .isEqualTo("anna  > Tell\nanna  < Once\n=== killed\nanna  < ... upon\n");
  }
}
