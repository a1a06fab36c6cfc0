// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameTest {
  private static final String FROM = "client_1755500000000_k3j9x0a1b";
  private static final long AT = Instant.parse("2025-08-25T06:13:46.007Z").toEpochMilli();

  private final BlockPool pool = new BlockPool(1 << 20);

  @AfterEach
  void nothingIsLeft() {
    assertThat(pool.outstanding()).isZero();
  }

  private Frame seal(int length, String from, long at) {
    Block block = pool.acquire(Frame.HEADROOM + length);
    for (int i = 0; i < length; i++) {
      block.memory().put(Frame.HEADROOM + i, (byte) i);
    }
    return Frame.seal(block, Frame.HEADROOM, length, from, 7, 5, at, 9, 640, 480);
  }

  private static byte[] bytes(Block block, int offset, int length) {
    byte[] bytes = new byte[length];
    block.memory().get(offset, bytes);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 125, 126, 127, 65_535, 65_536, 65_537, 300_000})
  void putsTextAndBinaryHeaderRightInFrontOfTheJpeg(int length) {
    Frame frame = seal(length, FROM, AT);
    String json =
        "{\"type\":\"image_frame\",\"from\":\""
            + FROM
            + "\",\"timestamp\":\"2025-08-25T06:13:46.007Z\",\"size\":"
            + length
            + "}";
    int textBytes = frame.binaryOffset() - frame.messageOffset();
    byte[] text = bytes(frame.block(), frame.messageOffset(), textBytes);
    assertThat(text[0]).isEqualTo((byte) 0x81);
    assertThat(text[1]).isEqualTo((byte) json.length());
    assertThat(new String(text, 2, textBytes - 2, StandardCharsets.US_ASCII)).isEqualTo(json);

    ByteBuffer binary = frame.block().view(frame.binaryOffset(), frame.binaryLength());
    assertThat(binary.get()).isEqualTo((byte) 0x82);
    int shortLength = binary.get();
    long said =
        shortLength == 126
            ? binary.getShort() & 0xffff
            : shortLength == 127 ? binary.getLong() : shortLength;
    assertThat(said).isEqualTo(length);
    assertThat(binary.remaining()).isEqualTo(length);
    assertThat(binary.slice()).isEqualTo(frame.jpeg());
    assertThat(shortLength).isEqualTo(length < 126 ? length : length < 65_536 ? 126 : 127);
    assertThat(frame.messageLength()).isEqualTo(textBytes + frame.binaryLength());
    assertThat(frame.jpegOffset()).isEqualTo(Frame.HEADROOM);
    assertThat(frame.jpegLength()).isEqualTo(length);
    frame.release();
  }

  @Test
  void hasRoomForTheLongestTextAndTheLongestLength() {
    Frame frame = seal(70_000, "x".repeat(Frame.MAX_FROM_LENGTH), AT);
    byte[] text = bytes(frame.block(), frame.messageOffset(), 4);
    assertThat(text[1]).isEqualTo((byte) 126); // more than 125 bytes of text
    assertThat(((text[2] & 0xff) << 8) | (text[3] & 0xff))
        .isEqualTo(frame.binaryOffset() - frame.messageOffset() - 4);
    assertThat(frame.messageOffset()).isPositive();
    frame.release();
  }

  @Test
  void refusesAClientIdThatWouldBreakTheText() {
    Block block = pool.acquire(1_000);
    for (String from : new String[] {"a\"b", "a\\b", "a\nb", "ä", "\u007f", "x".repeat(65)}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Frame.seal(block, Frame.HEADROOM, 1, from, 1, 1, 1, 1, 1, 1));
    }
    block.release();
  }

  @Test
  void refusesToWriteOutsideOfItsHeadroom() {
    Block block = pool.acquire(1_000);
    int[][] ranges = {
      {Frame.HEADROOM - 1, 1},
      {Frame.HEADROOM, block.capacity()},
      {Frame.HEADROOM, -1},
      {Integer.MAX_VALUE, 10},
      {Frame.HEADROOM, Integer.MAX_VALUE}
    };
    for (int[] range : ranges) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Frame.seal(block, range[0], range[1], FROM, 1, 1, 1, 1, 1, 1));
    }
    block.release();
  }

  @Test
  void sharesTheReferencesOfItsBlock() {
    Frame frame = seal(10, FROM, AT);
    frame.retain();
    frame.release();
    assertThat(frame.jpeg().get(9)).isEqualTo((byte) 9);
    Assertions.assertThatExceptionOfType(ReadOnlyBufferException.class)
        .isThrownBy(() -> frame.jpeg().put(0, (byte) 0));
    frame.release();
    assertThatIllegalStateException().isThrownBy(frame::retain);
    assertThatIllegalStateException().isThrownBy(frame::release);
    assertThat(frame.sequence()).isEqualTo(7);
    assertThat(frame.capturedAtMillis()).isEqualTo(5);
    assertThat(frame.receivedAtMillis()).isEqualTo(AT);
    assertThat(frame.receivedNanos()).isEqualTo(9);
    assertThat(frame.width()).isEqualTo(640);
    assertThat(frame.height()).isEqualTo(480);
  }
}
