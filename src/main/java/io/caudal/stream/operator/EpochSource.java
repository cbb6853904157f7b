package io.caudal.stream.operator;

import java.io.Serializable;

/** Hands out the epochs by which {@link Attempt} tells runs apart; all subtasks share one. */
@FunctionalInterface
public interface EpochSource extends Serializable {

  /**
   * A number above 0 and above all that were handed out before, whichever process asked and
   * whatever its clock says. May wait; the task's interrupt ends that.
   */
  long next() throws Exception;
}
