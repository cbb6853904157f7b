package io.caudal.cli.eviction;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Made-up traces of workloads that differ; the same seed gives the same trace. */
final class Traces {
  private static final int BLOCK = 512;

  private record Asked(long millis, int output, List<Long> ids, boolean fragment) {}

  private final SplittableRandom random;
  private final List<Asked> asked = new ArrayList<>();
  private long nextId;

  private Traces(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Conversations of several turns with time to think between; two in three end after one. */
  static Trace conversations(long seed, int sessions) {
    Traces traces = new Traces(seed);
    for (int s = 0; s < sessions; s++) {
      double millis = traces.random.nextDouble() * sessions * 300;
      List<Long> ids = traces.blocks(4 + traces.random.nextInt(40));
      boolean stays = traces.random.nextInt(3) == 0;
      do {
        traces.ask(millis, 300, ids, true);
        millis += 30_000 + traces.exponential(60_000);
        ids.addAll(traces.blocks(1 + traces.random.nextInt(3)));
      } while (stays && traces.random.nextInt(4) > 0);
    }
    return traces.trace();
  }

  /** Agents that call tools in quick loops, each with one of a few long prompts before its own. */
  static Trace agents(long seed, int sessions) {
    Traces traces = new Traces(seed);
    List<List<Long>> prompts = new ArrayList<>();
    for (int p = 0; p < 12; p++) {
      prompts.add(traces.blocks(20));
    }
    for (int s = 0; s < sessions; s++) {
      double millis = traces.random.nextDouble() * sessions * 500;
      int most = 1 + traces.random.nextInt(prompts.size());
      List<Long> ids = new ArrayList<>(prompts.get(traces.random.nextInt(most)));
      int calls = 1 + (int) traces.exponential(6);
      for (int call = 0; call < calls; call++) {
        ids.addAll(traces.blocks(1 + traces.random.nextInt(4)));
        traces.ask(millis, 40, ids, false);
        millis += 1000 + traces.exponential(4000);
      }
    }
    return traces.trace();
  }

  /** Conversations beside long documents that are read once. */
  static Trace scans(long seed, int sessions) {
    Traces traces = new Traces(seed);
    for (int s = 0; s < sessions; s++) {
      double millis = traces.random.nextDouble() * sessions * 500;
      if (s % 3 == 0) {
        traces.ask(millis, 20, traces.blocks(150), true);
        continue;
      }
      List<Long> ids = traces.blocks(5);
      for (int turn = 0; turn < 5; turn++) {
        traces.ask(millis, 300, ids, true);
        millis += 20_000 + traces.exponential(20_000);
        ids.addAll(traces.blocks(2));
      }
    }
    return traces.trace();
  }

  /** Anything: prefixes that part anywhere, with and without fragments. */
  static Trace random(long seed, int requests) {
    Traces traces = new Traces(seed);
    List<List<Long>> old = new ArrayList<>();
    old.add(traces.blocks(3));
    for (int i = 0; i < requests; i++) {
      List<Long> like = old.get(traces.random.nextInt(old.size()));
      List<Long> ids = new ArrayList<>(like.subList(0, traces.random.nextInt(like.size() + 1)));
      ids.addAll(traces.blocks(traces.random.nextInt(4)));
      traces.ask(i * 1000.0, 100, ids, traces.random.nextBoolean());
      old.add(ids);
    }
    return traces.trace();
  }

  private void ask(double millis, int output, List<Long> ids, boolean fragment) {
    List<Long> sent = new ArrayList<>(ids);
    if (fragment) {
      sent.add(nextId++);
    }
    asked.add(new Asked((long) millis, output, sent, fragment));
  }

  private List<Long> blocks(int count) {
    List<Long> blocks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      blocks.add(nextId++);
    }
    return blocks;
  }

  private double exponential(double mean) {
    return -mean * Math.log(1 - random.nextDouble());
  }

  private Trace trace() {
    asked.sort(Comparator.comparingLong(Asked::millis));
    Map<List<Long>, Integer> numbers = new HashMap<>();
    List<TraceRequest> requests = new ArrayList<>();
    for (Asked one : asked) {
      int n = one.ids.size();
      int[] blocks = new int[n];
      for (int i = 0; i < n; i++) {
        long parent = i == 0 ? -1 : blocks[i - 1];
        blocks[i] = numbers.computeIfAbsent(List.of(parent, one.ids.get(i)), k -> numbers.size());
      }
      requests.add(new TraceRequest(one.millis, one.fragment ? n - 1 : n, one.output, blocks));
    }
    return new Trace(BLOCK, numbers.size(), requests);
  }
}
