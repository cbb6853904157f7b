package io.caudal.cli.eviction;

import java.util.Arrays;

/** Numbers distinct longs from 0 on, in order of first sight; 12 to 24 bytes each. */
final class LongInterner {
  private static final long MIX = 0x9e3779b97f4a7c15L;

  private long[] keys = new long[1024];
  private int[] numbers = free(1024);
  private int size;

  int size() {
    return size;
  }

  int number(long key) {
    int slot = slot(key);
    if (numbers[slot] >= 0) {
      return numbers[slot];
    }
    keys[slot] = key;
    numbers[slot] = size++;
    if (size * 2 > keys.length) {
      grow();
    }
    return size - 1;
  }

  private int slot(long key) {
    long mixed = key * MIX;
    int slot = (int) (mixed ^ mixed >>> 32) & keys.length - 1;
    while (numbers[slot] >= 0 && keys[slot] != key) {
      slot = slot + 1 & keys.length - 1;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldNumbers = numbers;
    keys = new long[oldKeys.length * 2];
    numbers = free(keys.length);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldNumbers[i] >= 0) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        numbers[slot] = oldNumbers[i];
      }
    }
  }

  private static int[] free(int length) {
    int[] numbers = new int[length];
    Arrays.fill(numbers, -1);
    return numbers;
  }
}
