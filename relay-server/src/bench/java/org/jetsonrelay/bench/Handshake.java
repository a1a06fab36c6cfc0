// SPDX-License-Identifier: MIT
package org.jetsonrelay.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/// Opens WebSockets one after the other, and writes the masked frames a client sends (RFC 6455).
final class Handshake {
  private static final int MAX_ANSWER_BYTES = 8 * 1024;

  // Any key will do: the relay's work is the same for all.
  private static final int KEY = 0x5a_c3_96_3c;

  /// The masking key of every frame, eight bytes wide.
  static final long WIDE_KEY = ((long) KEY << Integer.SIZE) | (KEY & 0xffff_ffffL);

  private Handshake() {}

  /// Connects and upgrades, blocking. What came behind the answer is left in `rest`, ready to be
  /// read.
  static SocketChannel open(InetSocketAddress relay, ByteBuffer rest) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.socket().connect(relay, 10_000);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      String request =
          "GET /ws HTTP/1.1\r\nHost: "
              + relay.getHostString()
              + ":"
              + relay.getPort()
              + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
      writeAll(channel, ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
      rest.clear().limit(MAX_ANSWER_BYTES);
      int end;
      do {
        if (channel.read(rest) < 0 || !rest.hasRemaining()) {
          throw new EOFException("the relay answered the handshake with nothing that ends");
        }
        end = endOfHead(rest);
      } while (end < 0);
      String status = ascii(rest, Math.min(end, 64));
      if (!status.startsWith("HTTP/1.1 101")) {
        throw new IOException("the relay refused the handshake: " + status.lines().findFirst());
      }
      rest.flip().position(end);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  static void sendText(SocketChannel channel, String json) throws IOException {
    byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
    ByteBuffer frame = ByteBuffer.allocate(16 + utf8.length);
    putHeader(frame, 0x81, utf8.length);
    putMasked(frame, utf8, utf8.length);
    writeAll(channel, frame.flip());
  }

  /// Header and masking key; the payload must follow, masked from its first byte.
  static void putHeader(ByteBuffer frame, int first, int length) {
    frame.put((byte) first);
    if (length < 126) {
      frame.put((byte) (0x80 | length));
    } else if (length <= 0xffff) {
      frame.put((byte) 0xfe).putShort((short) length);
    } else {
      frame.put((byte) 0xff).putLong(length);
    }
    frame.putInt(KEY);
  }

  static void putMasked(ByteBuffer frame, byte[] payload, int length) {
    for (int i = 0; i < length; i++) {
      frame.put((byte) (payload[i] ^ (KEY >>> ((3 - (i & 3)) * Byte.SIZE))));
    }
  }

  static void writeAll(SocketChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static int endOfHead(ByteBuffer answer) {
    for (int i = 3; i < answer.position(); i++) {
      if (answer.get(i) == '\n' && answer.get(i - 1) == '\r' && answer.get(i - 2) == '\n') {
        return i + 1;
      }
    }
    return -1;
  }

  private static String ascii(ByteBuffer bytes, int length) {
    byte[] copy = new byte[length];
    bytes.get(0, copy);
    return new String(copy, StandardCharsets.US_ASCII);
  }
}
