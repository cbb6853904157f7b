package io.caudal.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The {@code action} of a control record. */
final class ControlActionJson {
  private static final Set<String> FIELDS =
      Set.of("type", "tenant", "prefix", "prefix_hash", "tier", "not_after_ms");
  private static final int MAX_PREFIX_CHARS = 100_000;

  private ControlActionJson() {}

  static void write(JsonGenerator out, @Nullable ControlAction action) throws IOException {
    if (action == null) {
      return;
    }
    out.writeObjectFieldStart("action");
    out.writeStringField("type", label(action.kind()));
    Wire.text(out, "tenant", action.tenant());
    Wire.text(out, "prefix", action.prefix());
    if (action.prefixHash() != null) {
      out.writeStringField("prefix_hash", String.format("%016x", action.prefixHash()));
    }
    if (action.tier() != CacheTier.ALL) {
      out.writeStringField("tier", action.tier().label());
    }
    out.writeNumberField("not_after_ms", action.notAfterMillis());
    out.writeEndObject();
  }

  static @Nullable ControlAction read(JsonFields change) throws Refusal {
    if (change.get("action") == null) {
      return null;
    }
    JsonFields fields = Read.object(change, "action");
    fields.refuseUnknown(FIELDS);
    String type = fields.required(fields.text("type"), "type", "what to do");
    String prefix = fields.text("prefix");
    if (prefix != null && (prefix.isEmpty() || prefix.length() > MAX_PREFIX_CHARS)) {
      throw fields.outOfRange(
          "prefix", "a text of " + prefix.length() + " characters", "1 to " + MAX_PREFIX_CHARS);
    }
    Long notAfter = fields.whole("not_after_ms", 0, Long.MAX_VALUE);
    return new ControlAction(
        one(ControlAction.Kind.values(), type, fields, "type"),
        fields.name("tenant", Ids.MAX_CHARS),
        prefix,
        hash(fields),
        tier(fields),
        notAfter == null ? Long.MAX_VALUE : notAfter);
  }

  /** The tier that a field names; all of them without one. */
  static CacheTier tier(JsonFields fields) throws Refusal {
    String tier = fields.text("tier");
    return tier == null ? CacheTier.ALL : one(CacheTier.values(), tier, fields, "tier");
  }

  private static @Nullable Long hash(JsonFields fields) throws Refusal {
    String text = fields.text("prefix_hash");
    if (text == null) {
      return null;
    }
    try {
      return Long.parseUnsignedLong(text, 16);
    } catch (NumberFormatException e) {
      throw fields.outOfRange("prefix_hash", Quoted.of(text), "1 to 16 hexadecimal digits");
    }
  }

  private static <E extends Enum<E>> E one(E[] known, String text, JsonFields fields, String name)
      throws Refusal {
    Optional<E> found = Arrays.stream(known).filter(e -> label(e).equals(text)).findFirst();
    if (found.isEmpty()) {
      String all =
          Arrays.stream(known).map(ControlActionJson::label).collect(Collectors.joining(", "));
      throw new Refusal(
          ErrorCode.BAD_FIELD,
          fields.path() + name + " = " + Quoted.of(text) + " is not known: " + all);
    }
    return found.get();
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
