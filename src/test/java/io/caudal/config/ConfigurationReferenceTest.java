package io.caudal.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Run with {@code CAUDAL_UPDATE=1} in the environment to write the page anew. */
class ConfigurationReferenceTest {
  private static final Path PAGE = Path.of("src/docs/configuration.md");

  @Test
  void the_page_says_what_the_code_says() throws IOException {
    String page = ConfigurationReference.markdown();
    if (System.getenv("CAUDAL_UPDATE") != null) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(page);
  }
}
