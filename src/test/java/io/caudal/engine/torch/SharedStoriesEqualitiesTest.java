package io.caudal.engine.torch;

import java.nio.file.Path;
import java.util.List;

class SharedStoriesEqualitiesTest extends FourEqualities {

  @Override
  String model() {
    return Path.of(System.getProperty("caudal.shared", "../shared"), "models", "stories260K")
        .toString();
  }

  @Override
  List<String> prompts() {
    return List.of(
        "Once upon a time, there was a little girl named Lily. She loved to play outside in the"
            + " park with her friends and her big red ball.",
        "Tom had a dog. The dog liked to run and jump, and one day it ran far away into the deep"
            + " dark woods behind the house.",
        "One day, Mia and her mom went to the market to buy some apples and a very big cake.");
  }
}
