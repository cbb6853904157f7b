package io.caudal.metrics;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * What threads did when, while somebody profiles: a bounded list of spans, taken away now and then.
 * Any thread. While it is off, {@link #isOn} is all that it costs.
 */
public final class Timeline {
  /** More than that between two takes are dropped, and counted: a record on Kafka has a limit. */
  private static final int MOST = 20_000;

  private static final int FIELDS = 6;
  private static final long MICROS_OFFSET =
      System.currentTimeMillis() * 1_000 - System.nanoTime() / 1_000;

  /**
   * Something that took a while.
   *
   * @param track the thread, or what stands for one; one thing at a time happens on it
   * @param name of what happened
   * @param startMicros epoch microseconds
   * @param detail of what, such as a request's id; may be empty
   * @param amount how much of it, such as tokens
   */
  public record Span(
      String track, String name, long startMicros, long micros, String detail, long amount) {}

  private final List<Span> spans = new ArrayList<>();
  private volatile boolean on;
  private volatile long endNanos;
  private long dropped;

  /** Switches on for so long; 0 switches off. */
  public synchronized void runFor(long nanos) {
    endNanos = System.nanoTime() + nanos;
    on = nanos > 0;
  }

  public boolean isOn() {
    return on && System.nanoTime() < endNanos;
  }

  /** Something ended now or has ended before; times are of {@link System#nanoTime}. */
  public void add(
      String track, String name, long startNanos, long endNanos, String detail, long amount) {
    if (!isOn()) {
      return;
    }
    Span span =
        new Span(
            track,
            name,
            MICROS_OFFSET + startNanos / 1_000,
            endNanos / 1_000 - startNanos / 1_000,
            detail,
            amount);
    synchronized (this) {
      if (spans.size() < MOST) {
        spans.add(span);
      } else {
        dropped++;
      }
    }
  }

  /** What came since the last call, encoded; empty if nothing did. */
  public synchronized String take() {
    if (spans.isEmpty()) {
      return "";
    }
    if (dropped > 0) {
      Span last = spans.get(spans.size() - 1);
      spans.add(new Span(last.track(), "dropped", last.startMicros(), 0, "", dropped));
    }
    String encoded = encode(spans);
    spans.clear();
    dropped = 0;
    return encoded;
  }

  /** For the wire: a line of tab-separated fields each, deflated, in base64. */
  static String encode(List<Span> spans) {
    StringBuilder lines = new StringBuilder();
    for (Span span : spans) {
      lines.append(clean(span.track())).append('\t').append(clean(span.name())).append('\t');
      lines.append(span.startMicros()).append('\t').append(span.micros()).append('\t');
      lines.append(clean(span.detail())).append('\t').append(span.amount()).append('\n');
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflated = new DeflaterOutputStream(bytes)) {
      deflated.write(lines.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  private static String clean(String text) {
    return text.replaceAll("\\p{Cntrl}", " ");
  }

  /** The reverse of {@link #take}; lines that it doesn't know are left out. */
  public static List<Span> decode(String encoded) {
    List<Span> spans = new ArrayList<>();
    if (encoded.isEmpty()) {
      return spans;
    }
    byte[] deflated = Base64.getDecoder().decode(encoded);
    try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(deflated))) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().toList()) {
        String[] fields = line.split("\t", -1);
        if (fields.length == FIELDS) {
          spans.add(
              new Span(
                  fields[0],
                  fields[1],
                  Long.parseLong(fields[2]),
                  Long.parseLong(fields[3]),
                  fields[4],
                  Long.parseLong(fields[5])));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return spans;
  }
}
