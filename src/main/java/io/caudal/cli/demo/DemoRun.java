package io.caudal.cli.demo;

import io.caudal.cli.client.KafkaClientSide;
import io.caudal.cli.client.ResultLog;
import io.caudal.cli.local.LocalCaudal;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/**
 * Plays the script: all sessions at a time, then SIGKILL to the TaskManager while answers stream,
 * then on with what the sessions remember.
 */
public final class DemoRun {
  private static final int MOST_STORIES = 5;

  private final LocalCaudal caudal;
  private final KafkaClientSide client;
  private final Transcript transcript;
  private final Asker asker;
  private final List<Conversation> conversations = DemoScript.conversations();
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private long killNanos;
  private long recoveredNanos;

  /**
   * @param client connected to {@code caudal}
   * @param out where the dialogues are printed
   */
  public DemoRun(LocalCaudal caudal, KafkaClientSide client, PrintWriter out) {
    this.caudal = caudal;
    this.client = client;
    this.transcript = new Transcript(out);
    this.asker = new Asker(client, transcript);
  }

  /**
   * Plays everything and audits it.
   *
   * @throws CaudalException if an answer or the recovery takes longer than two minutes
   */
  public DemoReport play() {
    transcript.event(conversations.size() + " sessions at a time");
    converse(Conversation::before);
    killInMidStream();
    converse(Conversation::after);
    asker.pollUntil("the last commit", () -> asker.all().stream().allMatch(Asked::hasResult));
    transcript.event("audit: the same turns again in new sessions, one at a time, undisturbed");
    ReferenceAnswers reference = new UndisturbedReplay(client, run);
    return Audit.of(
        asker.all(), ResultLog.readAll(caudal.kafka()), reference, killNanos, recoveredNanos);
  }

  /** Each session says its turns one after the other, all sessions side by side. */
  private void converse(Function<Conversation, List<Turn>> part) {
    List<Speaker> speakers =
        conversations.stream().map(c -> new Speaker(c, part.apply(c))).toList();
    // Not allMatch: each of them has to get on.
    asker.pollUntil(
        "an answer", () -> speakers.stream().filter(speaker -> !speaker.isDone()).count() == 0);
  }

  private void killInMidStream() {
    String victim =
        caudal
            .cluster()
            .busiestTaskManager(caudal.jobId())
            .orElseThrow(
                () -> new CaudalException(ErrorCode.CLUSTER_FAILED, "no TaskManager runs the job"));
    List<Asked> stories = streamStories();
    long streaming = stories.stream().filter(Asked::isMidStream).count();
    long attempt = asker.all().stream().mapToLong(Asked::attempt).max().orElseThrow();
    killNanos = System.nanoTime();
    long pid = caudal.cluster().killTaskManager(victim);
    transcript.event(
        "kill -9 "
            + pid
            + ": TaskManager "
            + victim
            + " dies with "
            + streaming
            + " answers in mid-stream");
    asker.pollUntil(
        "the recovery", () -> asker.all().stream().anyMatch(asked -> asked.attempt() > attempt));
    recoveredNanos = System.nanoTime();
    transcript.event(
        String.format("tokens flow again after %.1f s", (recoveredNanos - killNanos) / 1e9));
    asker.pollUntil("a story", () -> stories.stream().allMatch(Asked::isComplete));
  }

  /** Returns the stories as soon as one is in mid-stream; if all end too soon, asks for more. */
  private List<Asked> streamStories() {
    for (int i = 0; i < MOST_STORIES; i++) {
      List<Asked> stories = new ArrayList<>();
      conversations.forEach(conversation -> stories.add(ask(conversation, conversation.story())));
      asker.pollUntil(
          "a story",
          () ->
              stories.stream().anyMatch(Asked::isMidStream)
                  || stories.stream().allMatch(Asked::isComplete));
      if (stories.stream().anyMatch(Asked::isMidStream)) {
        return stories;
      }
    }
    throw new CaudalException(
        ErrorCode.ENGINE_FAILED, "the answers end too fast to be interrupted in mid-stream");
  }

  private Asked ask(Conversation conversation, Turn turn) {
    return asker.ask(conversation.name() + "-" + run, conversation.name(), turn);
  }

  /** A session that says its next turn as soon as the last one is answered. */
  private final class Speaker {
    private final Conversation conversation;
    private final Deque<Turn> left;
    private Asked current;

    Speaker(Conversation conversation, List<Turn> turns) {
      this.conversation = conversation;
      this.left = new ArrayDeque<>(turns);
      this.current = ask(conversation, left.remove());
    }

    boolean isDone() {
      if (current.isComplete() && !left.isEmpty()) {
        current = ask(conversation, left.remove());
      }
      return current.isComplete();
    }
  }
}
