// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class H264Test {

  @ParameterizedTest(name = "{0}: {2}")
  @CsvSource({
    "000001 65 88, true, an IDR slice behind a short start code",
    "00000001 65 88, true, an IDR slice behind a long start code",
    "00000001 67 42, true, a parameter set",
    "000001 25, true, an IDR slice of the lowest reference priority as the last byte",
    "000001 41 9a, false, a slice that refers to others",
    "000001 06 05 000001 41 9a, false, additional information and a slice",
    "000001 09 f0 00000001 67 42 000001 68 ce 000001 65, true, a delimiter before the set",
    "000001 68 ce 000001 41, false, a picture parameter set alone",
    "000001 e5, false, the forbidden bit is set",
    "000001, false, a start code and nothing behind it",
    "00000001, false, a long start code and nothing behind it",
    "0001 65, false, one zero only",
    "000065, false, no one",
    "000002 65, false, two in place of one",
    "00000000000001 65, true, more zeros than needed",
    "ff00000165, true, one byte before it",
    "ffff00000165, true, two bytes before it",
    "ffffff00000165, true, three bytes before it",
    "01000001 65, true, a one right before it",
    "0000010000 0165, true, a start code inside a start code's unit",
    "65, false, a bare header",
    "'', false, nothing"
  })
  void knowsWhereADecoderCanBegin(String hex, boolean key, String why) {
    ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));

    assertThat(H264.isKeyFrame(bytes)).as(why).isEqualTo(key);
  }

  @Test
  void looksOnlyFromPositionToLimitAndMovesNeither() {
    ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex("000001650102000001670304"));

    assertThat(H264.isKeyFrame(bytes.position(1).limit(9))).isFalse();
    assertThat(bytes.position()).isEqualTo(1);
    assertThat(bytes.limit()).isEqualTo(9);
    assertThat(H264.isKeyFrame(bytes.limit(10))).isTrue();
  }

  @Test
  void agreesWithLookingAtEveryByte() {
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    byte[] alphabet = {0, 0, 0, 0, 1, 1, 0x41, 0x65, 0x67, (byte) 0xe5};
    int keys = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = new byte[random.nextInt(64)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = alphabet[random.nextInt(alphabet.length)];
      }
      boolean expected = everyByte(bytes);
      keys += expected ? 1 : 0;
      assertThat(H264.isKeyFrame(ByteBuffer.wrap(bytes)))
          .as(() -> HexFormat.of().formatHex(bytes))
          .isEqualTo(expected);
    }
    assertThat(keys).as("both answers were common").isBetween(2_000, 18_000);
  }

  private static boolean everyByte(byte[] bytes) {
    for (int i = 0; i + 3 < bytes.length; i++) {
      if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1) {
        int header = bytes[i + 3] & 0xff;
        if (header < 0x80 && ((header & 0x1f) == 5 || (header & 0x1f) == 7)) {
          return true;
        }
      }
    }
    return false;
  }
}
