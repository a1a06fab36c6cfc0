// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Against RFC 6455, section 5.3, taken literally: octet i is masked with octet i modulo 4 of the
/// key.
class MaskTest {
  private static final int MARGIN = 8;

  private final Random random = new Random(53);

  private static byte[] literally(byte[] bytes, int from, int length, int key, long phase) {
    byte[] expected = bytes.clone();
    for (int i = 0; i < length; i++) {
      int octet = (int) ((i + phase) % 4);
      expected[from + i] ^= (byte) (key >>> (24 - 8 * octet));
    }
    return expected;
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static void expectSame(byte[] bytes, int from, int length, int key, long phase) {
    byte[] expected = literally(bytes, from, length, key, phase);
    String where = "from %d, length %d, key %08x, phase %d".formatted(from, length, key, phase);

    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
    Mask.apply(direct, from, length, key, phase);
    byte[] inMemory = new byte[bytes.length];
    direct.get(0, inMemory);
    assertThat(inMemory).as(where).isEqualTo(expected);
    assertThat(direct.position()).isZero();

    byte[] inArray = bytes.clone();
    Mask.apply(inArray, from, length, key, phase);
    assertThat(inArray).as(where).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 7, 1L << 31, (1L << 32) + 1, (1L << 40) + 3})
  void masksEveryOffsetAndLengthAndNothingBeside(long phase) {
    for (int length = 0; length <= 64; length++) {
      for (int offset = 0; offset < 9; offset++) {
        byte[] bytes = bytes(offset + length + MARGIN);
        expectSame(bytes, offset, length, random.nextInt(), phase);
      }
    }
  }

  @Test
  void masksLargePayloads() {
    for (int i = 0; i < 20; i++) {
      int from = random.nextInt(20);
      int length = 100_000 + random.nextInt(1_000_000);
      expectSame(
          bytes(from + length + MARGIN), from, length, random.nextInt(), random.nextInt(1 << 30));
    }
  }

  @Test
  void masksInPiecesAsInOne() {
    byte[] bytes = bytes(1_000);
    int key = random.nextInt();
    byte[] expected = literally(bytes, 0, bytes.length, key, 0);
    byte[] pieces = bytes.clone();
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
    int at = 0;
    while (at < bytes.length) {
      int n = Math.min(bytes.length - at, 1 + random.nextInt(23));
      Mask.apply(pieces, at, n, key, at);
      Mask.apply(direct, at, n, key, at);
      at += n;
    }
    byte[] inMemory = new byte[bytes.length];
    direct.get(0, inMemory);
    assertThat(pieces).isEqualTo(expected);
    assertThat(inMemory).isEqualTo(expected);
  }

  @Test
  void isItsOwnInverse() {
    byte[] bytes = bytes(77);
    byte[] twice = bytes.clone();
    Mask.apply(twice, 3, 70, 0xdeadbeef, 1);
    Mask.apply(twice, 3, 70, 0xdeadbeef, 1);
    assertThat(twice).isEqualTo(bytes);
  }
}
