// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BusCodecTest {

  private static final BusMessage.Sender SENDER = new BusMessage.Sender(-2, "barn");

  private static BusMessage.Entry entry(String name) {
    return new BusMessage.Entry(name, true, 61_000, 29.5f, 1_500_000, 1280, 720);
  }

  static Stream<BusMessage> messages() {
    return Stream.of(
        new BusMessage.Beat(SENDER, false),
        new BusMessage.Beat(new BusMessage.Sender(1, "x".repeat(32)), true),
        new BusMessage.Table(SENDER, List.of()),
        new BusMessage.Table(SENDER, List.of(entry("front"), entry("n".repeat(64)))),
        new BusMessage.Wants(SENDER, List.of()),
        new BusMessage.Wants(SENDER, List.of("front", "rear.left")));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void readsWhatItWrites(BusMessage message) {
    assertThat(BusCodec.decode(BusCodec.encode(message))).isEqualTo(message);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void takesNeitherAByteLessNorOneMore(BusMessage message) {
    byte[] bytes = BusCodec.encode(message);
    for (int length = 0; length < bytes.length; length++) {
      assertThat(BusCodec.decode(Arrays.copyOf(bytes, length))).as("%s bytes", length).isNull();
    }
    assertThat(BusCodec.decode(Arrays.copyOf(bytes, bytes.length + 1))).isNull();
  }

  /// The layout is a contract between relays of different releases.
  @Test
  void theLayoutStays() {
    byte[] bytes = BusCodec.encode(new BusMessage.Table(SENDER, List.of(entry("front"))));
    assertThat(HexFormat.of().formatHex(bytes))
        .isEqualTo(
            "02" // table
                + "fffffffffffffffe" // node
                + "046261726e" // "barn"
                + "0001" // one camera
                + "0566726f6e74" // "front"
                + "01" // live
                + "000000000000ee48" // for 61 s
                + "41ec0000" // 29.5 fps
                + "49b71b00" // 1.5 MB/s
                + "00000500" // 1280
                + "000002d0"); // 720
  }

  @Test
  void asManyCamerasAsFitIntoAMessageOfEveryServer() {
    List<String> names =
        IntStream.range(0, BusCodec.MAX_CAMERAS + 1).mapToObj(i -> "%064d".formatted(i)).toList();
    List<BusMessage.Entry> entries = names.stream().map(BusCodecTest::entry).toList();

    byte[] table = BusCodec.encode(new BusMessage.Table(SENDER, entries));
    assertThat(table.length).isLessThan(1 << 20);
    assertThat(BusCodec.decode(table))
        .isEqualTo(new BusMessage.Table(SENDER, entries.subList(0, BusCodec.MAX_CAMERAS)));

    byte[] wants = BusCodec.encode(new BusMessage.Wants(SENDER, names));
    assertThat(BusCodec.decode(wants))
        .isEqualTo(new BusMessage.Wants(SENDER, names.subList(0, BusCodec.MAX_CAMERAS)));
    // One more than may be claimed.
    int count = 1 + 8 + 5;
    ByteBuffer.wrap(wants).putShort(count, (short) (BusCodec.MAX_CAMERAS + 1));
    assertThat(BusCodec.decode(wants)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "front@barn", "a/b", "<b>", "é", "*", ">", "a\u0000"})
  void takesNoNameThatIsNone(String name) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    byte[] wants = BusCodec.encode(new BusMessage.Wants(SENDER, List.of("a".repeat(utf8.length))));
    System.arraycopy(utf8, 0, wants, wants.length - utf8.length, utf8.length);
    assertThat(BusCodec.decode(wants)).isNull();
  }

  @Test
  void takesNoCameraTwice() {
    List<BusMessage.Entry> twice = Collections.nCopies(2, entry("front"));
    assertThat(BusCodec.decode(BusCodec.encode(new BusMessage.Table(SENDER, twice)))).isNull();
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, -1, 2e12f})
  void takesNoFigureThatIsNone(float fps) {
    BusMessage.Entry odd = new BusMessage.Entry("front", true, 1, fps, 1, 1, 1);
    assertThat(BusCodec.decode(BusCodec.encode(new BusMessage.Table(SENDER, List.of(odd)))))
        .isNull();
  }

  @Test
  void nothingThatComesFromTheBusDoesHarm() {
    Random random = new Random(7);
    List<byte[]> valid = messages().map(BusCodec::encode).toList();
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = valid.get(random.nextInt(valid.size())).clone();
      int changes = 1 + random.nextInt(4);
      for (int change = 0; change < changes; change++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      BusMessage message = BusCodec.decode(bytes);
      if (message != null) {
        // What is taken means what it says.
        assertThat(BusCodec.decode(BusCodec.encode(message))).isEqualTo(message);
      }
    }
  }

  @Test
  void aFrameHeaderKeepsTheOrderOfRunsAndSequences() {
    FrameHeader header = new FrameHeader(-7, 3, 9, 1_755_500_000_000L);
    byte[] message = new byte[FrameHeader.BYTES + 5];
    header.put(message);
    assertThat(FrameHeader.of(message)).isEqualTo(header);
    assertThat(FrameHeader.of(Arrays.copyOf(message, FrameHeader.BYTES - 1))).isNull();
    assertThat(FrameHeader.of(BusCodec.encode(new BusMessage.Beat(SENDER, false)))).isNull();

    assertThat(new FrameHeader(-7, 3, 10, 0).isNewerThan(header)).isTrue();
    assertThat(new FrameHeader(-7, 4, 1, 0).isNewerThan(header)).isTrue();
    assertThat(header.isNewerThan(header)).isFalse();
    assertThat(new FrameHeader(-7, 2, 99, 0).isNewerThan(header)).isFalse();
  }

  @Test
  void subjectsAreOfOnePieceWhateverACameraIsCalled() {
    Subjects subjects = new Subjects("p");
    assertThat(subjects.frames(-1, "..a.b-c_d")).isEqualTo("p.v1.frame.ffffffffffffffff.~~a~b-c_d");
  }
}
