// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/// Damages an input in the ways that parsers stumble over: bits, lengths, edges of numbers, pieces
/// cut out, doubled, or taken from another input, and words of the input's own language. The same
/// random numbers give the same damage.
final class Mutator {

  private static final int MAX_BYTES = 1 << 17;

  private static final long[] EDGES = {
    0,
    1,
    2,
    0x7d,
    0x7e,
    0x7f,
    0x80,
    0xff,
    0x100,
    0x7fff,
    0x8000,
    0xffff,
    0x10000,
    0x7fffffffL,
    0x80000000L,
    0xffffffffL,
    0x100000000L,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1,
  };

  private final List<byte[]> others;
  private final List<byte[]> words;

  /// @param others inputs to take pieces from
  /// @param words of the language
  Mutator(List<byte[]> others, List<String> words) {
    this.others = others;
    this.words = words.stream().map(word -> word.getBytes(StandardCharsets.UTF_8)).toList();
  }

  byte[] mutate(byte[] input, RandomGenerator random) {
    byte[] bytes = input.clone();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      bytes = once(bytes, random);
    }
    return bytes;
  }

  private byte[] once(byte[] bytes, RandomGenerator random) {
    int at = random.nextInt(bytes.length + 1);
    int length = Math.min(bytes.length - at, 1 + random.nextInt(1 + random.nextInt(64)));
    return switch (random.nextInt(9)) {
      case 0 -> with(bytes, at, b -> b ^ (1 << random.nextInt(8)));
      case 1 -> with(bytes, at, _ -> random.nextInt(256));
      case 2 -> splice(bytes, at, length, new byte[0]);
      case 3 -> splice(bytes, at, 0, Arrays.copyOfRange(bytes, at, at + length));
      case 4 -> Arrays.copyOf(bytes, at);
      case 5 -> splice(bytes, at, 0, number(random));
      case 6 -> {
        byte[] number = number(random);
        yield splice(bytes, at, Math.min(number.length, bytes.length - at), number);
      }
      case 7 ->
          words.isEmpty()
              ? bytes
              : splice(
                  bytes,
                  at,
                  random.nextBoolean() ? length : 0,
                  words.get(random.nextInt(words.size())));
      default -> {
        byte[] other = others.get(random.nextInt(others.size()));
        int from = random.nextInt(other.length + 1);
        int to = from + random.nextInt(other.length - from + 1);
        yield splice(bytes, at, random.nextInt(length + 1), Arrays.copyOfRange(other, from, to));
      }
    };
  }

  @FunctionalInterface
  private interface Change {
    int of(int value);
  }

  private static byte[] with(byte[] bytes, int at, Change change) {
    if (at < bytes.length) {
      bytes[at] = (byte) change.of(bytes[at]);
    }
    return bytes;
  }

  /// An edge of some width, in binary or in digits.
  private static byte[] number(RandomGenerator random) {
    long edge = EDGES[random.nextInt(EDGES.length)];
    if (random.nextInt(4) == 0) {
      return Long.toString(edge).getBytes(StandardCharsets.US_ASCII);
    }
    byte[] bytes = new byte[1 << random.nextInt(4)];
    for (int i = bytes.length - 1; i >= 0; i--, edge >>= 8) {
      bytes[i] = (byte) edge;
    }
    return bytes;
  }

  private static byte[] splice(byte[] bytes, int at, int remove, byte[] insert) {
    if (bytes.length - remove + insert.length > MAX_BYTES) {
      return bytes;
    }
    byte[] result = new byte[bytes.length - remove + insert.length];
    System.arraycopy(bytes, 0, result, 0, at);
    System.arraycopy(insert, 0, result, at, insert.length);
    System.arraycopy(bytes, at + remove, result, at + insert.length, bytes.length - at - remove);
    return result;
  }
}
