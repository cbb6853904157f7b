package io.caudal.chaos;

import java.util.List;

/**
 * What the topics hold, each partition's records in their order.
 *
 * @param unreadable records of the requests topic that are no JSON
 * @param letters dead letters, with the place and the bytes of their originals
 */
record Evidence(
    List<SeenRequest> requests,
    List<SeenResult> results,
    List<SeenPiece> pieces,
    List<SeenBytes> unreadable,
    List<SeenBytes> letters) {}
