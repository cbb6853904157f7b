package io.caudal.text;

import java.nio.file.Path;
import org.jspecify.annotations.NullUnmarked;

/** The model folders that the tests read. */
@NullUnmarked
final class Models {
  static final Path DEMO = Path.of("src/main/resources/models/demo");

  private static ModelText demo;

  private Models() {}

  /** The bundled model's text side, loaded once. */
  static synchronized ModelText demo() {
    if (demo == null) {
      demo = ModelText.load(DEMO);
    }
    return demo;
  }
}
