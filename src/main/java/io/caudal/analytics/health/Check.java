package io.caudal.analytics.health;

/**
 * What was found of one component.
 *
 * @param finding what is the case
 * @param remedy what to do; empty where all is well
 */
public record Check(String component, Status status, String finding, String remedy) {

  static Check healthy(String component, String finding) {
    return new Check(component, Status.HEALTHY, finding, "");
  }

  static Check degraded(String component, String finding, String remedy) {
    return new Check(component, Status.DEGRADED, finding, remedy);
  }

  static Check unhealthy(String component, String finding, String remedy) {
    return new Check(component, Status.UNHEALTHY, finding, remedy);
  }
}
