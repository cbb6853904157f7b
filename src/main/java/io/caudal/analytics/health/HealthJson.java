package io.caudal.analytics.health;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Health as one JSON object, version 1. Names are stable; fields are added, never renamed. */
public final class HealthJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private HealthJson() {}

  public static ObjectNode of(Health health, long nowMillis) {
    ObjectNode root = JSON.createObjectNode();
    root.put("v", 1).put("type", "health").put("at_ms", nowMillis);
    root.put("status", health.overall().label());
    ArrayNode components = root.putArray("components");
    for (Check check : health.checks()) {
      ObjectNode one = components.addObject();
      one.put("component", check.component()).put("status", check.status().label());
      one.put("finding", check.finding()).put("remedy", check.remedy());
    }
    ArrayNode recommendations = root.putArray("recommendations");
    health.recommendations().forEach(recommendations::add);
    return root;
  }
}
