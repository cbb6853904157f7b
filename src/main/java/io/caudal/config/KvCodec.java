package io.caudal.config;

/** What is kept of the numbers of a stored KV block, from all of it to the least. */
public enum KvCodec {
  /** The numbers as the device computes with them. */
  NONE,
  /** 16 bits a number; the same as {@link #NONE} where the device computes with 16. */
  HALF,
  /** 8 bits a number, in groups with a scale of their own. */
  INT8,
  /** 4 bits a number, in groups with a scale of their own. */
  INT4
}
