package io.caudal.stream.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AsideLanesTest {
  private final AsideLanes<String> lanes = new AsideLanes<>();

  @Test
  void priority_comes_first_then_the_group_with_least_at_hand_then_the_order() {
    lanes.count("big", 2);
    lanes.count("small", 1);
    add("big 1", 0, "big");
    add("small 1", 0, "small");
    add("small 2", 0, "small");
    add("urgent", 5, "big");
    add("late", -5, "none");

    assertThat(drain()).containsExactly("urgent", "small 1", "small 2", "big 1", "late");
    assertThat(lanes.poll()).isNull();
  }

  @Test
  void groups_with_as_much_at_hand_take_turns() {
    for (int i = 1; i <= 3; i++) {
      add("a" + i, 0, "a");
      add("b" + i, 0, "b");
    }
    assertThat(drain()).containsExactly("a1", "b1", "a2", "b2", "a3", "b3");
  }

  @Test
  void what_comes_to_hand_and_leaves_moves_a_group_among_the_others() {
    add("a1", 0, "a");
    add("b1", 0, "b");
    add("a2", 0, "a");
    lanes.count("a", 1);
    assertThat(lanes.poll()).isEqualTo("b1");
    lanes.count("b", 2);
    add("b2", 0, "b");
    assertThat(lanes.poll()).isEqualTo("a1");
    lanes.count("a", 1);
    lanes.count("b", -2);
    assertThat(drain()).containsExactly("b2", "a2");
  }

  private void add(String lane, int priority, String group) {
    lanes.add(lane, new Rank(priority, group));
  }

  private List<String> drain() {
    List<String> order = new ArrayList<>();
    for (String lane = lanes.poll(); lane != null; lane = lanes.poll()) {
      order.add(lane);
    }
    return order;
  }
}
