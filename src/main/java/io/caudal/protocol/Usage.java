package io.caudal.protocol;

/**
 * Tokens of one request.
 *
 * @param promptTokens the whole context that the answer was generated from, history included
 * @param cachedTokens of these, the tokens whose KV was there already (device or restored)
 * @param completionTokens tokens generated, the end token not counted
 */
public record Usage(int promptTokens, int cachedTokens, int completionTokens) {
  public static final Usage NONE = new Usage(0, 0, 0);
}
