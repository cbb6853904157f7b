package io.caudal.protocol;

import java.util.zip.CRC32C;

/**
 * One record of the sessions topic: a part of an exported session.
 *
 * @param exportId of the request that asked for it
 * @param sequence counts the export's chunks from 0
 * @param total how many there are
 * @param kind what the data are
 * @param index which run of tokens, or which KV block
 * @param part a block that is too large for a record has several
 * @param data token ids in 4 bytes each, little-endian, or a part of a KV block as it lies in
 *     state; empty for a block that is not there
 * @param checksum CRC-32C of the data
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares chunks
public record SessionChunk(
    String exportId,
    int sequence,
    int total,
    SessionOrigin origin,
    Kind kind,
    int index,
    int part,
    byte[] data,
    int checksum) {

  /** What a chunk holds. */
  public enum Kind {
    TOKENS,
    KV
  }

  public SessionChunk(
      String exportId,
      int sequence,
      int total,
      SessionOrigin origin,
      Kind kind,
      int index,
      int part,
      byte[] data) {
    this(exportId, sequence, total, origin, kind, index, part, data, checksum(data));
  }

  /** Whether the data are what was exported. */
  public boolean isWhole() {
    return checksum == checksum(data);
  }

  private static int checksum(byte[] data) {
    CRC32C crc = new CRC32C();
    crc.update(data);
    return (int) crc.getValue();
  }
}
