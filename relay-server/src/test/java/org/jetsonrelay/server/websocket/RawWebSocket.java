// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A WebSocket client that does exactly what it is told, byte by byte: for tests that break rules.
///
/// Not for several threads. Reading gives up after [#READ_LIMIT_MILLIS], so no test hangs.
public final class RawWebSocket implements AutoCloseable {
  /// How long a read waits at most.
  public static final int READ_LIMIT_MILLIS = 10_000;

  /// Continuation frame.
  public static final int CONTINUATION = 0;

  /// Text frame.
  public static final int TEXT = 1;

  /// Binary frame.
  public static final int BINARY = 2;

  /// Close frame.
  public static final int CLOSE = 8;

  /// Ping frame.
  public static final int PING = 9;

  /// Pong frame.
  public static final int PONG = 10;

  private static final byte[] KEY = {0x37, (byte) 0xfa, 0x21, 0x3d};

  /// A frame as it came.
  ///
  /// @param first the first byte: FIN, reserved bits, opcode
  /// @param payload unmasked
  @SuppressWarnings("ArrayRecordComponent") // read by tests, compared by nobody
  public record Received(int first, byte[] payload) {
    /// The opcode.
    public int opcode() {
      return first & 0x0f;
    }

    /// The FIN bit.
    public boolean fin() {
      return (first & 0x80) != 0;
    }

    /// The payload as UTF-8.
    public String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    /// The code of a close frame; 1005 when it has none.
    public int closeCode() {
      return payload.length < 2 ? 1005 : ((payload[0] & 0xff) << 8) | (payload[1] & 0xff);
    }

    /// The reason of a close frame.
    public String closeText() {
      return payload.length <= 2
          ? ""
          : new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
    }
  }

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  private RawWebSocket(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(socket.getInputStream());
    this.out = socket.getOutputStream();
  }

  /// Connects without a handshake.
  public static RawWebSocket connect(int port) throws IOException {
    return connect(port, 0);
  }

  /// Connects without a handshake, with a receive buffer of this size (0: the system's choice).
  public static RawWebSocket connect(int port, int receiveBufferBytes) throws IOException {
    Socket socket = new Socket();
    if (receiveBufferBytes > 0) {
      socket.setReceiveBufferSize(receiveBufferBytes);
    }
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return of(socket);
  }

  /// Uses a connected socket, for example one with TLS.
  public static RawWebSocket of(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(READ_LIMIT_MILLIS);
    return new RawWebSocket(socket);
  }

  /// Connects and shakes hands.
  public static RawWebSocket open(int port, String path) throws IOException {
    RawWebSocket client = connect(port);
    client.shakeHands(path);
    return client;
  }

  /// Sends a handshake that is right and expects 101.
  public void shakeHands(String path) throws IOException {
    send(handshake(path));
    String answer = readHead();
    if (!answer.startsWith("HTTP/1.1 101 ")) {
      throw new IOException("refused: " + answer);
    }
  }

  /// A handshake that is right, with more header lines.
  public static String handshake(String path, String... more) {
    StringBuilder request =
        new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n")
            .append("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n")
            .append("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
    for (String line : more) {
      request.append(line).append("\r\n");
    }
    return request.append("\r\n").toString();
  }

  /// The socket.
  public Socket socket() {
    return socket;
  }

  /// Sends characters as they are.
  public void send(String ascii) throws IOException {
    send(ascii.getBytes(StandardCharsets.ISO_8859_1));
  }

  /// Sends bytes as they are.
  public void send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /// Sends a whole masked frame with FIN.
  public void frame(int opcode, byte[] payload) throws IOException {
    send(encode(0x80 | opcode, payload, KEY));
  }

  /// Sends a masked frame.
  public void frame(boolean fin, int opcode, byte[] payload) throws IOException {
    send(encode((fin ? 0x80 : 0) | opcode, payload, KEY));
  }

  /// Sends a text message.
  public void text(String text) throws IOException {
    frame(TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  /// Sends a close frame.
  public void close(int code, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    byte[] payload = new byte[2 + utf8.length];
    payload[0] = (byte) (code >> 8);
    payload[1] = (byte) code;
    System.arraycopy(utf8, 0, payload, 2, utf8.length);
    frame(CLOSE, payload);
  }

  /// A frame's bytes; without a mask when `key` is null.
  public static byte[] encode(int first, byte[] payload, byte @Nullable [] key) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream(payload.length + 14);
    int mask = key == null ? 0 : 0x80;
    frame.write(first);
    if (payload.length < 126) {
      frame.write(mask | payload.length);
    } else if (payload.length <= 0xffff) {
      frame.write(mask | 126);
      frame.write(payload.length >> 8);
      frame.write(payload.length);
    } else {
      frame.write(mask | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        frame.write((int) ((long) payload.length >> shift));
      }
    }
    if (key == null) {
      frame.writeBytes(payload);
      return frame.toByteArray();
    }
    frame.writeBytes(key);
    byte[] masked = payload.clone();
    for (int i = 0; i < masked.length; i++) {
      masked[i] = (byte) (masked[i] ^ key[i % 4]);
    }
    frame.writeBytes(masked);
    return frame.toByteArray();
  }

  /// A masked frame's bytes with the usual key.
  public static byte[] encode(int first, byte[] payload) {
    return encode(first, payload, KEY);
  }

  /// Reads the status line and the headers of an HTTP response.
  public String readHead() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("after: " + head);
      }
      head.append((char) b);
    }
    return head.toString();
  }

  /// Reads an HTTP response with a `Content-Length`.
  public String readResponse() throws IOException {
    String head = readHead();
    int length = 0;
    for (String line : head.split("\r\n", -1)) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
      }
    }
    return head + new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  /// Reads one frame.
  public Received read() throws IOException {
    int first = in.readUnsignedByte();
    int second = in.readUnsignedByte();
    if ((second & 0x80) != 0) {
      throw new IOException("the server sent a masked frame");
    }
    long length = second & 0x7f;
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = in.readLong();
    }
    byte[] payload = new byte[Math.toIntExact(length)];
    in.readFully(payload);
    return new Received(first, payload);
  }

  /// Reads up to the end of the connection and returns what came; a reset counts as an end.
  public byte[] readToEnd() throws IOException {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    InputStream from = in;
    try {
      int b = from.read();
      while (b >= 0) {
        rest.write(b);
        b = from.read();
      }
    } catch (SocketException reset) {
      rest.write(0xff);
    }
    return rest.toByteArray();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
