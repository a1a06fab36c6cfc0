// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Against the JDK's decoder.
class Utf8Test {
  /// Appended one after the other, one of them completes whatever can be completed.
  private static final byte[] COMPLETING = {(byte) 0x80, (byte) 0x90, (byte) 0xa0};

  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private final CharBuffer characters = CharBuffer.allocate(4_096);
  private final Random random = new Random(3629);

  private boolean jdkAccepts(byte[] bytes, int length) {
    decoder.reset();
    characters.clear();
    CoderResult result = decoder.decode(ByteBuffer.wrap(bytes, 0, length), characters, true);
    return result.isUnderflow();
  }

  private void expectSame(byte[] bytes, int length) {
    if (Utf8.isValid(bytes, 0, length) != jdkAccepts(bytes, length)) {
      assertThat(Utf8.isValid(bytes, 0, length))
          .as(HexFormat.of().formatHex(bytes, 0, length))
          .isEqualTo(jdkAccepts(bytes, length));
    }
  }

  @Test
  void agreesOnEveryInputOfOneToThreeBytes() {
    byte[] bytes = new byte[3];
    int valid = 0;
    for (int i = 0; i < 1 << 24; i++) {
      bytes[0] = (byte) i;
      bytes[1] = (byte) (i >> 8);
      bytes[2] = (byte) (i >> 16);
      if (i < 1 << 8) {
        expectSame(bytes, 1);
      }
      if (i < 1 << 16) {
        expectSame(bytes, 2);
      }
      expectSame(bytes, 3);
      if (Utf8.isValid(bytes, 0, 3)) {
        valid++;
      }
    }
    // ASCII in three, one of two bytes beside ASCII, one of three: the surrogates are none
    assertThat(valid).isEqualTo(128 * 128 * 128 + 2 * 128 * 1_920 + (65_536 - 2_048 - 2_048));
  }

  @Test
  void agreesOnEveryCodePoint() {
    for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
      if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
        byte[] bytes = Character.toString(point).getBytes(StandardCharsets.UTF_8);
        if (!Utf8.isValid(bytes, 0, bytes.length)) {
          assertThat(HexFormat.of().formatHex(bytes)).as("is valid").isEmpty();
        }
      }
    }
  }

  @Test
  void agreesOnFourBytesFromEveryEdge() {
    int[] edges = {
      0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec,
      0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xfb, 0xfc, 0xfd, 0xfe, 0xff
    };
    byte[] bytes = new byte[4];
    for (int a : edges) {
      for (int b : edges) {
        for (int c : edges) {
          for (int d : edges) {
            bytes[0] = (byte) a;
            bytes[1] = (byte) b;
            bytes[2] = (byte) c;
            bytes[3] = (byte) d;
            expectSame(bytes, 4);
          }
        }
      }
    }
  }

  @Test
  void agreesOnRandomTextWithAndWithoutDamageHoweverItIsCut() {
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = randomText();
      if (round % 2 == 0 && bytes.length > 0) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      expectSame(bytes, bytes.length);
      Utf8 inPieces = new Utf8();
      boolean accepted = true;
      int at = 0;
      while (accepted && at < bytes.length) {
        int n = Math.min(bytes.length - at, random.nextInt(12));
        accepted = inPieces.accept(bytes, at, n);
        at += n;
      }
      assertThat(accepted && inPieces.end()).isEqualTo(jdkAccepts(bytes, bytes.length));
    }
  }

  private byte[] randomText() {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(60);
    int[] ceilings = {0x80, 0x800, 0x10000, Character.MAX_CODE_POINT + 1};
    while (text.length() < length) {
      int point = random.nextInt(ceilings[random.nextInt(4)]);
      if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
        text.appendCodePoint(point);
      }
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void refusesAtTheFirstByteThatCannotBeRightAnyMore() {
    byte[] bytes = new byte[6];
    for (int i = 0; i < 1 << 16; i++) {
      bytes[0] = (byte) i;
      bytes[1] = (byte) (i >> 8);
      for (int length = 1; length <= 2; length++) {
        boolean accepted = new Utf8().accept(bytes, 0, length);
        if (accepted != canBecomeValid(bytes, length, 3)) {
          assertThat(accepted)
              .as(HexFormat.of().formatHex(bytes, 0, length))
              .isNotEqualTo(accepted);
        }
      }
    }
  }

  private boolean canBecomeValid(byte[] bytes, int length, int more) {
    if (jdkAccepts(bytes, length)) {
      return true;
    }
    if (more == 0) {
      return false;
    }
    byte[] longer = Arrays.copyOf(bytes, bytes.length);
    for (byte next : COMPLETING) {
      longer[length] = next;
      if (canBecomeValid(longer, length + 1, more - 1)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void isReadyForTheNextTextAfterAnIncompleteOne() {
    Utf8 check = new Utf8();
    assertThat(check.accept(new byte[] {(byte) 0xe0}, 0, 1)).isTrue();
    assertThat(check.end()).isFalse();
    assertThat(check.accept(new byte[] {(byte) 0xc2, (byte) 0x80}, 0, 2)).isTrue();
    assertThat(check.end()).isTrue();
  }
}
