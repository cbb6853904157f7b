package io.caudal.chaos;

import java.util.List;

/** What the topics hold, each partition's records in their order. */
record Evidence(List<SeenRequest> requests, List<SeenResult> results, List<SeenPiece> pieces) {}
