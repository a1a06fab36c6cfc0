// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// A client of the least effort, for [Rehearsal] alone: it trusts the relay and looks at no
/// picture. The JDK's own took 290 µs of CPU a frame, most of what there was to rehearse with.
///
/// One thread reads; another may write while that one reads, if it never has to answer a ping.
final class RehearsalClient implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 10_000;
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final String LENGTH = "Content-Length:";
  private static final int MASK = 0x5a17c3e9;

  // RFC 6455, section 5.2
  private static final int FIN = 0x80;
  private static final int MASKED = 0x80;
  private static final int TEXT = 1;
  static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  private RehearsalClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES));
    out = socket.getOutputStream();
  }

  /// Asks for a page and ignores it.
  static void get(int port, String path) throws IOException {
    try (RehearsalClient client = new RehearsalClient(port)) {
      client.request("GET " + path + " HTTP/1.1");
      client.in.skipNBytes(client.expect(200, path));
    }
  }

  /// Opens a WebSocket.
  static RehearsalClient open(int port) throws IOException {
    RehearsalClient client = new RehearsalClient(port);
    try {
      client.request(
          "GET /ws HTTP/1.1",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
      client.expect(101, "/ws");
      return client;
    } catch (IOException e) {
      client.close();
      throw e;
    }
  }

  private void request(String... lines) throws IOException {
    String head = String.join("\r\n", lines) + "\r\nHost: localhost\r\n\r\n";
    out.write(head.getBytes(StandardCharsets.US_ASCII));
  }

  /// Reads the head of the answer.
  ///
  /// @return bytes of what follows
  private int expect(int status, String path) throws IOException {
    String first = line();
    if (!first.startsWith("HTTP/1.1 " + status)) {
      throw new IOException(path + " answered \"" + first + "\" instead of " + status);
    }
    int length = 0;
    for (String header = line(); !header.isEmpty(); header = line()) {
      if (header.regionMatches(true, 0, LENGTH, 0, LENGTH.length())) {
        length = Integer.parseInt(header.substring(LENGTH.length()).strip());
      }
    }
    return length;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
      line.append((char) c);
    }
    return line.toString().stripTrailing();
  }

  /// Sends a text message.
  void say(byte[] utf8) throws IOException {
    out.write(frame(TEXT, utf8));
  }

  /// Sends a frame that was made before.
  void send(byte[] frame) throws IOException {
    out.write(frame);
  }

  /// A whole masked frame of at most 65,535 bytes of payload.
  static byte[] frame(int opcode, byte[] payload) {
    int length = payload.length;
    ByteBuffer frame = ByteBuffer.allocate((length < 126 ? 6 : 8) + length);
    frame.put((byte) (FIN | opcode));
    if (length < 126) {
      frame.put((byte) (MASKED | length));
    } else {
      frame.put((byte) (MASKED | 126)).putShort((short) length);
    }
    frame.putInt(MASK);
    for (int i = 0; i < length; i++) {
      frame.put((byte) (payload[i] ^ (MASK >>> (24 - 8 * (i & 3)))));
    }
    return frame.array();
  }

  /// Reads until a binary message or the end, answering pings.
  ///
  /// @return whether there was one
  boolean awaitBinary() throws IOException {
    while (true) {
      int opcode = in.readUnsignedByte() & 0x0f;
      int length = length();
      if (opcode == PING) {
        out.write(frame(PONG, in.readNBytes(length)));
        continue;
      }
      in.skipNBytes(length);
      if (opcode == BINARY || opcode == CLOSE) {
        return opcode == BINARY;
      }
    }
  }

  private int length() throws IOException {
    int length = in.readUnsignedByte();
    return switch (length) {
      case 126 -> in.readUnsignedShort();
      case 127 -> (int) in.readLong();
      default -> length;
    };
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
