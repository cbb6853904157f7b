package io.caudal.cli.engine;

import java.nio.file.Path;

/** The same with a small public model, whose heads are narrower than a group. */
class SharedStoriesCodecQualityTest extends CodecQualityTest {

  @Override
  String folder() {
    return Path.of(System.getProperty("caudal.shared", "../shared"), "models", "stories260K")
        .toString();
  }
}
