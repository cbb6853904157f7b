package io.caudal.stream.operator;

import java.io.Serializable;

/** Hands out the epochs by which {@link Attempt} tells runs apart; all subtasks share one. */
@FunctionalInterface
public interface EpochSource extends Serializable {

  /**
   * A number from 1 to 65,535 above all that were handed out before, whichever process asked and
   * whatever its clock says, until they begin anew. May wait; the task's interrupt ends that.
   */
  int next() throws Exception;
}
