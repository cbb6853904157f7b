package io.caudal.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.error.CaudalException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsFileTest {

  @Test
  void both_ways_of_writing_a_setting_are_understood() {
    assertThat(
            SettingsFile.parse(
                "f", List.of("# why", "", "a.b-c=1", "  d_e : 'two words'  ", "f=\"\"", "g=x=y")))
        .isEqualTo(Map.of("a.b-c", "1", "d_e", "two words", "f", "", "g", "x=y"));
  }

  @Test
  void a_line_that_is_none_is_named() {
    assertThatThrownBy(() -> SettingsFile.parse("f", List.of("a=1", "what?")))
        .isInstanceOf(CaudalException.class)
        .hasMessageContaining("f, line 2: this is not KEY=VALUE");
    assertThatThrownBy(() -> SettingsFile.parse("f", List.of("a=1", "a=1")))
        .hasMessageContainingAll("line 2", "'a' is there twice");
    assertThatThrownBy(() -> SettingsFile.read(Path.of("/no/such/file")))
        .hasMessageContaining("/no/such/file");
  }
}
