// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jetsonrelay.server.websocket.RawWebSocket.encode;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.fuzz.Fuzz;
import org.junit.jupiter.api.Test;

/// Whatever a peer sends, a reader ends with a close, a violation or the end of the stream, within
/// its limits, and gives everything back.
class MessageReaderFuzzTest {

  private static final int LIMIT = 100_000;

  private final BlockPool pool = new BlockPool(1 << 22);
  private final WebSocketSettings settings =
      new WebSocketSettings(1, 4_096, LIMIT, 64, Duration.ofSeconds(1), Duration.ofSeconds(1));

  private static byte[] conversation() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(encode(0x81, "{\"type\":\"ping\"}".getBytes(StandardCharsets.UTF_8)));
    all.writeBytes(encode(0x01, "Hällo ".getBytes(StandardCharsets.UTF_8)));
    all.writeBytes(encode(0x89, new byte[] {1, 2, 3}));
    all.writeBytes(encode(0x80, "Wörld".getBytes(StandardCharsets.UTF_8)));
    all.writeBytes(encode(0x82, new byte[300]));
    all.writeBytes(encode(0x02, new byte[70_000]));
    all.writeBytes(encode(0x00, new byte[10]));
    all.writeBytes(encode(0x80, new byte[0]));
    all.writeBytes(encode(0x8a, new byte[8]));
    all.writeBytes(encode(0x88, new byte[] {3, (byte) 0xe8, 'b', 'y', 'e'}));
    return all.toByteArray();
  }

  @Test
  void endsWithinItsLimitsWhateverItReads() throws IOException {
    Fuzz.of("frame-reader")
        .from(conversation())
        .from(encode(0x81, new byte[4_096]))
        .from(new byte[] {(byte) 0x82, (byte) 0xff, 0, 0, 0, 0, 0, 1, (byte) 0x86, (byte) 0xa0})
        .run(this::feed);
  }

  private void feed(byte[] input) throws IOException {
    Checking sink = new Checking();
    MessageReader reader =
        new MessageReader(
            new Pieces(input), pool, sink, Frame.HEADROOM, settings, new MessageMemory(1L << 20));
    reader.maxMessageBytes(4_096, LIMIT);
    try {
      reader.readUntilClose();
    } catch (EOFException | ProtocolViolation expected) {
      // both are ends that the connection knows
    }
    assertThat(pool.outstanding()).as("blocks that were not given back").isZero();
    assertThat(pool.idleBytes()).as("more was allocated than one message").isLessThan(600_000);
  }

  private static final class Checking implements MessageReader.Sink {
    @Override
    public void arrived() {}

    @Override
    public void text(ByteBuffer utf8) {
      assertThat(utf8.remaining()).isLessThanOrEqualTo(4_096);
    }

    @Override
    public void binary(Block block, int offset, int length) {
      try {
        assertThat(length).isBetween(0, LIMIT);
        assertThat(offset).isEqualTo(Frame.HEADROOM);
        assertThat(block.capacity()).isGreaterThanOrEqualTo(offset + length);
      } finally {
        block.release();
      }
    }

    @Override
    public void ping(byte[] payload, int length) {
      assertThat(length).isBetween(0, 125);
    }

    @Override
    public void pong(byte[] payload, int length) {
      assertThat(length).isBetween(0, 125);
    }
  }

  /// Hands bytes out in pieces whose sizes follow from the bytes.
  private static final class Pieces extends ReadOnlyWire {
    private final ByteBuffer bytes;

    Pieces(byte[] bytes) {
      this.bytes = ByteBuffer.wrap(bytes);
    }

    @Override
    public int read(ByteBuffer target) {
      if (!bytes.hasRemaining()) {
        return -1;
      }
      int piece = 1 + (bytes.get(bytes.position()) & 0x7f) * 37;
      int n = Math.min(Math.min(piece, bytes.remaining()), target.remaining());
      target.put(bytes.slice(bytes.position(), n));
      bytes.position(bytes.position() + n);
      return n;
    }
  }
}
