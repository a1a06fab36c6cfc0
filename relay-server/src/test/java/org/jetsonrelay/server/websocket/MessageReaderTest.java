// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.jetsonrelay.server.websocket.RawWebSocket.encode;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.BlockPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What arrives does not depend on where the network cuts it. Over a wire that cuts where it is
/// told; TCP may join again what a test sends apart.
class MessageReaderTest {
  private static final int HEADROOM = 64;
  private static final Random RANDOM = new Random(1);

  private final BlockPool pool = new BlockPool(1 << 20);
  private final List<String> events = new ArrayList<>();

  @AfterEach
  void everythingIsGivenBack() {
    assertThat(pool.outstanding()).isZero();
  }

  /// Hands out the bytes, `first` at once and then pieces of `size`.
  private static final class CutWire extends ReadOnlyWire {
    private final ByteBuffer bytes;
    private final int size;
    private int piece;

    CutWire(byte[] bytes, int first, int size) {
      this.bytes = ByteBuffer.wrap(bytes);
      this.size = size;
      this.piece = first;
    }

    @Override
    public int read(ByteBuffer target) {
      if (!bytes.hasRemaining()) {
        return -1;
      }
      int n = Math.min(Math.min(piece, bytes.remaining()), target.remaining());
      target.put(bytes.slice(bytes.position(), n));
      bytes.position(bytes.position() + n);
      piece = n == piece ? size : piece - n;
      return n;
    }
  }

  private final class Recorder implements MessageReader.Sink {
    @Override
    public void arrived() {}

    @Override
    public void text(ByteBuffer utf8) {
      events.add("text " + StandardCharsets.UTF_8.decode(utf8));
    }

    @Override
    public void binary(Block block, int offset, int length) {
      byte[] bytes = new byte[length];
      block.memory().get(offset, bytes);
      block.release();
      assertThat(offset).isEqualTo(HEADROOM);
      events.add("binary " + HexFormat.of().formatHex(bytes));
    }

    @Override
    public void ping(byte[] payload, int length) {
      events.add("ping " + HexFormat.of().formatHex(payload, 0, length));
    }

    @Override
    public void pong(byte[] payload, int length) {
      events.add("pong " + HexFormat.of().formatHex(payload, 0, length));
    }
  }

  private MessageReader reader(Wire wire) {
    return new MessageReader(
        wire,
        pool,
        new Recorder(),
        HEADROOM,
        WebSocketSettings.defaults(),
        new MessageMemory(1L << 30));
  }

  private List<String> read(byte[] bytes, int first, int size)
      throws IOException, ProtocolViolation {
    events.clear();
    CloseReason reason = reader(new CutWire(bytes, first, size)).readUntilClose();
    events.add("close " + reason.code() + " " + reason.text());
    return List.copyOf(events);
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  /// Every kind of frame with every form of a length, and fragments with control frames between.
  private static byte[] conversation() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(encode(0x81, "Grüße \uD83D\uDE00".getBytes(StandardCharsets.UTF_8)));
    all.writeBytes(encode(0x82, bytes(0)));
    all.writeBytes(encode(0x89, bytes(5)));
    all.writeBytes(encode(0x82, bytes(130)));
    all.writeBytes(encode(0x01, new byte[] {(byte) 0xe2, (byte) 0x82}));
    all.writeBytes(encode(0x8a, bytes(3)));
    all.writeBytes(encode(0x00, new byte[0]));
    all.writeBytes(encode(0x80, new byte[] {(byte) 0xac}));
    all.writeBytes(encode(0x02, bytes(7)));
    all.writeBytes(encode(0x89, bytes(125)));
    all.writeBytes(HexFormat.of().parseHex("80ff000000000000000500000000"));
    all.writeBytes(bytes(5));
    all.writeBytes(encode(0x88, new byte[] {3, (byte) 0xe8, 'b', 'y', 'e'}));
    return all.toByteArray();
  }

  @Test
  void readsTheSameCutInTwoAtEveryOffset() throws IOException, ProtocolViolation {
    byte[] bytes = conversation();
    List<String> expected = read(bytes, bytes.length, 1);
    assertThat(expected).hasSize(9).endsWith("close 1000 bye").contains("text €");
    for (int cut = 1; cut < bytes.length; cut++) {
      assertThat(read(bytes, cut, bytes.length)).as("cut at %d", cut).isEqualTo(expected);
    }
  }

  @Test
  void readsTheSameInPiecesOfEverySize() throws IOException, ProtocolViolation {
    byte[] bytes = conversation();
    List<String> expected = read(bytes, bytes.length, 1);
    for (int size = 1; size < bytes.length; size++) {
      assertThat(read(bytes, size, size)).as("pieces of %d", size).isEqualTo(expected);
    }
  }

  @Test
  void readsALargeMessageTheSameHoweverItsHeaderIsCut() throws IOException, ProtocolViolation {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(encode(0x82, bytes(70_000)));
    all.writeBytes(encode(0x02, bytes(30_000)));
    all.writeBytes(encode(0x80, bytes(66_000)));
    all.writeBytes(encode(0x88, new byte[0]));
    byte[] bytes = all.toByteArray();
    List<String> expected = read(bytes, bytes.length, 1);
    assertThat(expected).hasSize(3);
    for (int cut = 1; cut <= 20; cut++) {
      assertThat(read(bytes, cut, bytes.length).equals(expected)).as("cut at %d", cut).isTrue();
    }
    for (int size : new int[] {1, 7, 997, 1_024, 8_191, 8_192, 8_193, 65_536}) {
      assertThat(read(bytes, size, size).equals(expected)).as("pieces of %d", size).isTrue();
    }
  }

  @Test
  void tellsAnEndInsideOfAnythingFromAClose() {
    byte[] bytes = conversation();
    for (int length = 0; length < bytes.length; length++) {
      byte[] part = new byte[length];
      System.arraycopy(bytes, 0, part, 0, length);
      assertThatExceptionOfType(EOFException.class)
          .as("after %d bytes", length)
          .isThrownBy(() -> read(part, part.length + 1, 1));
      assertThat(pool.outstanding()).isZero();
    }
  }
}
