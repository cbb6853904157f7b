package io.caudal.stream.operator;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

class ControlReplicationTest {

  @Property(tries = 50)
  void a_copy_goes_where_its_key_group_lives(@ForAll @IntRange(min = 1, max = 600) int keyGroups) {
    var route = new ControlReplication.Route<String>(keyGroups);
    for (int group = 0; group < keyGroups; group++) {
      int key = route.getKey(Tuple2.of(group, "setting"));
      assertThat(KeyGroupRangeAssignment.assignToKeyGroup(key, keyGroups)).isEqualTo(group);
    }
  }
}
