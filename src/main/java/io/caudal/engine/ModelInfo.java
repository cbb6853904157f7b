package io.caudal.engine;

import io.caudal.kv.KvShape;
import java.util.Set;

/**
 * What the rest of Caudal needs to know of a loaded model.
 *
 * @param name the name requests may ask for: the model folder's name, or as configured
 * @param fingerprint hash over architecture and weights; KV of another fingerprint is a miss
 * @param contextTokens most positions of a sequence
 * @param vocabularySize width of a row of logits
 * @param stopIds tokens that end an answer
 * @param kv shape of one token's keys and values
 */
public record ModelInfo(
    String name,
    long fingerprint,
    int contextTokens,
    int vocabularySize,
    Set<Integer> stopIds,
    KvShape kv) {}
