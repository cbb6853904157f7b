package io.caudal.cli.client;

import io.caudal.protocol.DeadLetter;

/** A dead letter and where it is in the dead-letter topic. */
public record PlacedLetter(int partition, long offset, DeadLetter letter) {

  /** As the commands take it. */
  public String position() {
    return partition + ":" + offset;
  }
}
