// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket.conformance;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.jetsonrelay.server.websocket.RawWebSocket.CLOSE;
import static org.jetsonrelay.server.websocket.RawWebSocket.PONG;
import static org.jetsonrelay.server.websocket.RawWebSocket.TEXT;
import static org.jetsonrelay.server.websocket.conformance.Bytes.ascii;
import static org.jetsonrelay.server.websocket.conformance.Bytes.concat;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.awaitility.core.ConditionFactory;
import org.jetsonrelay.server.websocket.CloseReason;
import org.jetsonrelay.server.websocket.EchoServer;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.jetsonrelay.server.websocket.RawWebSocket.Received;

/// The client of one case: sends bytes, and fails the test when the server's differ from what the
/// RFC wants in any way.
final class Peer implements AutoCloseable {
  private final RawWebSocket socket;
  private final EchoServer server;

  private Peer(RawWebSocket socket, EchoServer server) {
    this.socket = socket;
    this.server = server;
  }

  /// Connects, without a handshake.
  static Peer connect(EchoServer server) throws IOException {
    return new Peer(RawWebSocket.connect(server.port()), server);
  }

  /// A wait that looks often: most of what it waits for is true at once.
  static ConditionFactory soon() {
    return await().atMost(10, SECONDS).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
  }

  /// The socket below, for a case about the handshake.
  RawWebSocket socket() {
    return socket;
  }

  void shakeHands() throws IOException {
    socket.shakeHands("/conformance");
  }

  /// Sends these bytes, all at once.
  void send(byte[]... pieces) throws IOException {
    socket.send(pieces.length == 1 ? pieces[0] : concat(pieces));
  }

  /// Sends these bytes in writes of this size.
  void chop(int size, byte[]... pieces) throws IOException {
    byte[] bytes = concat(pieces);
    for (int at = 0; at < bytes.length; at += size) {
      socket.send(Arrays.copyOfRange(bytes, at, Math.min(at + size, bytes.length)));
    }
  }

  /// The server sends this message, in one frame.
  void gets(int opcode, byte[] payload) throws IOException {
    Received frame = socket.read();
    assertThat(frame.first()).as("first byte").isEqualTo(0x80 | opcode);
    assertThat(Arrays.equals(frame.payload(), payload))
        .as(
            "payload of %s bytes is the one of %s bytes sent",
            frame.payload().length, payload.length)
        .isTrue();
  }

  void getsText(String text) throws IOException {
    gets(TEXT, Bytes.utf8(text));
  }

  void getsPong(byte[] payload) throws IOException {
    gets(PONG, payload);
  }

  /// The server fails the connection, now: with this code, in one close frame, and nothing after it
  /// but the end of the stream.
  void isFailedWith(int code) throws IOException {
    Received frame = socket.read();
    assertThat(frame.first()).as("first byte").isEqualTo(0x88);
    assertThat(frame.closeCode()).as("code, with the text '%s'", frame.closeText()).isEqualTo(code);
    endsCleanly();
    socket.close();
    CloseReason reason = reason();
    assertThat(reason.code()).isEqualTo(code);
    assertThat(reason.byPeer()).isFalse();
  }

  /// The server answers our close frame with these bytes and ends the stream.
  void getsCloseAndEnd(byte[] payload) throws IOException {
    gets(CLOSE, payload);
    endsCleanly();
  }

  /// The server sends nothing but the end of the stream (a reset is not one).
  void endsCleanly() throws IOException {
    assertThat(socket.readToEnd()).as("after the close frame").isEmpty();
  }

  /// Nothing unexpected has come, the connection works, and closes as it should.
  void isStillFine() throws IOException {
    send(Frames.text("still here"));
    getsText("still here");
    send(Frames.close(1000, ""));
    getsCloseAndEnd(Frames.code(1000));
    socket.close();
    CloseReason reason = reason();
    assertThat(reason.code()).isEqualTo(1000);
    assertThat(reason.byPeer()).isTrue();
  }

  /// Makes the server begin to close.
  void serverCloses(int code, String text) {
    server.closeAll(code, text);
  }

  /// Why the server says that this connection ended.
  CloseReason reason() {
    soon().until(() -> server.closed().size() == 1);
    return server.closed().getFirst();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /// Checks that an ASCII text survives, whatever came before it.
  void echoes(String text) throws IOException {
    send(Frames.frame(0x81, ascii(text)));
    gets(TEXT, ascii(text));
  }
}
