package io.caudal.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Notes when each piece came on the tokens topic, from now on, on a thread of its own. */
final class PieceClock implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(20);

  private record Heard(long nanos, long attempt) {}

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Thread thread = new Thread(this::run, "chaos-pieces");
  private final List<Heard> heard = new ArrayList<>();
  private volatile boolean closed;

  PieceClock(TopicReader reader) {
    consumer = reader.consumer("read_uncommitted");
    List<TopicPartition> partitions =
        consumer.partitionsFor("caudal.tokens").stream()
            .map(info -> new TopicPartition("caudal.tokens", info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (!closed) {
      consumer.poll(POLL).forEach(e -> note(SeenPiece.of(TopicReader.parse(e.value())).attempt()));
    }
    consumer.close();
  }

  private synchronized void note(long attempt) {
    heard.add(new Heard(System.nanoTime(), attempt));
  }

  /** Pieces a second between two times. */
  synchronized double rate(long fromNanos, long toNanos) {
    long pieces = heard.stream().filter(h -> h.nanos() >= fromNanos && h.nanos() < toNanos).count();
    return pieces * 1e9 / (toNanos - fromNanos);
  }

  synchronized long highestAttempt() {
    return heard.stream().mapToLong(Heard::attempt).max().orElse(0);
  }

  /** When the first piece of a later attempt came. */
  synchronized OptionalLong firstAfter(long attempt) {
    return heard.stream().filter(h -> h.attempt() > attempt).mapToLong(Heard::nanos).findFirst();
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
