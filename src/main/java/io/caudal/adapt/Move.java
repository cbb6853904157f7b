package io.caudal.adapt;

/**
 * One change of one setting.
 *
 * @param rule stable name of what asks for it
 * @param reason one sentence with the figures that show it
 */
public record Move(String rule, String key, String from, String to, String reason) {}
