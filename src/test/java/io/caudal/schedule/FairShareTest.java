package io.caudal.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * What tenants get of a scheduler that has more work than it can do, by the paper's measure:
 * service is prompt tokens computed plus twice the tokens generated.
 */
class FairShareTest {
  private static final int BATCH = 4;
  private static final int BUDGET = 32;
  private static final int STEPS = 600;
  private static final int LONGEST_PROMPT = 60;
  private static final int LONGEST_ANSWER = 25;

  /** What the running sequences of one tenant may cost; the bound is twice this. */
  private static final double U =
      BATCH * (LONGEST_PROMPT + (double) FairQueue.OUTPUT_COST * LONGEST_ANSWER);

  /**
   * @param end tokens of prompt and answer
   */
  private record Work(int prompt, int end) {}

  private static final class NoLimit implements SequenceMemory {
    @Override
    public boolean ensure(Sequence sequence, int tokens) {
      return true;
    }

    @Override
    public void preempt(Sequence sequence) {}
  }

  @Property(tries = 60)
  void two_backlogged_tenants_are_never_further_apart_than_the_bound(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = LONGEST_PROMPT) int promptA,
      @ForAll @IntRange(min = 1, max = LONGEST_PROMPT) int promptB,
      @ForAll @IntRange(min = 1, max = LONGEST_ANSWER) int answerA,
      @ForAll @IntRange(min = 1, max = LONGEST_ANSWER) int answerB) {
    Load load = new Load(seed);
    load.fill("a", 40, promptA, answerA);
    load.fill("b", 2, promptB, answerB);
    double most = 0;
    double least = 0;
    for (int step = 0; step < STEPS; step++) {
      // a floods, b sends just enough never to run out
      load.fill(
          "a", Math.max(load.random.nextInt(5), BATCH + 1 - load.waiting("a")), promptA, answerA);
      load.fill("b", BATCH + 1 - load.waiting("b"), promptB, answerB);
      load.step();
      double apart = load.served("a") - load.served("b");
      most = Math.max(most, apart);
      least = Math.min(least, apart);
    }
    // So between any two steps, not just from the start.
    assertThat(most - least).isLessThanOrEqualTo(2 * U);
  }

  @Property(tries = 20)
  void shares_follow_the_weights(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int weight) {
    Load load = new Load(seed);
    load.scheduler.setTenantWeights(Map.of("b", (double) weight));
    for (int step = 0; step < 2 * STEPS; step++) {
      load.fill("a", BATCH + 1 - load.waiting("a"), LONGEST_PROMPT, LONGEST_ANSWER);
      load.fill("b", BATCH + 1 - load.waiting("b"), LONGEST_PROMPT, LONGEST_ANSWER);
      load.step();
    }
    assertThat(Math.abs(load.served("a") - load.served("b") / weight)).isLessThanOrEqualTo(2 * U);
  }

  @Property(tries = 20)
  void nobody_starves(@ForAll long seed, @ForAll @IntRange(min = 2, max = 12) int tenants) {
    Load load = new Load(seed);
    for (int tenant = 0; tenant < tenants; tenant++) {
      load.fill("flood" + tenant, 50, LONGEST_PROMPT, LONGEST_ANSWER);
    }
    for (int step = 0; step < 50; step++) {
      load.step();
    }
    load.fill("late", 1, LONGEST_PROMPT, LONGEST_ANSWER);
    int steps = 0;
    for (; load.waiting("late") > 0; steps++) {
      load.step();
    }
    // The late one is lifted to the least served, so one request of each may go before it.
    int perRequest = LONGEST_PROMPT * BATCH / (BUDGET - BATCH) + 1 + LONGEST_ANSWER;
    assertThat(steps).isLessThanOrEqualTo((tenants / BATCH + 2) * perRequest);
  }

  /** Tenants that queue requests of random sizes, and a device that computes what is planned. */
  private static final class Load {
    private final Scheduler scheduler = new Scheduler(new NoLimit(), BATCH, BUDGET);
    private final Map<Sequence, Work> work = new HashMap<>();
    private final Map<String, Integer> unfinished = new HashMap<>();
    private final Map<String, Double> service = new HashMap<>();
    private long order;

    private final SplittableRandom random;

    Load(long seed) {
      random = new SplittableRandom(seed);
    }

    void fill(String tenant, int requests, int mostPrompt, int mostAnswer) {
      for (int i = 0; i < requests; i++) {
        int prompt = 1 + random.nextInt(mostPrompt);
        Sequence sequence =
            new Sequence(
                "r" + order,
                null,
                new TokenLog(new int[prompt], 16),
                0,
                tenant,
                Long.MAX_VALUE,
                order++);
        work.put(sequence, new Work(prompt, prompt + 1 + random.nextInt(mostAnswer)));
        unfinished.merge(tenant, 1, Integer::sum);
        scheduler.add(sequence);
      }
    }

    int waiting(String tenant) {
      long running = scheduler.running().stream().filter(s -> s.tenant().equals(tenant)).count();
      return unfinished.getOrDefault(tenant, 0) - (int) running;
    }

    double served(String tenant) {
      return service.getOrDefault(tenant, 0.0);
    }

    void step() {
      for (Slice slice : scheduler.next(0).slices()) {
        Sequence sequence = slice.sequence();
        Work todo = Objects.requireNonNull(work.get(sequence));
        boolean completes = slice.completes();
        double cost = sequence.computed() < todo.prompt() ? slice.tokens() : 0;
        sequence.setComputed(sequence.computed() + slice.tokens());
        if (completes) {
          sequence.tokens().append(1);
          cost += FairQueue.OUTPUT_COST;
        }
        service.merge(sequence.tenant(), cost, Double::sum);
        if (sequence.tokens().size() >= todo.end()) {
          work.remove(sequence);
          unfinished.merge(sequence.tenant(), -1, Integer::sum);
          scheduler.remove(sequence);
        }
      }
    }
  }
}
