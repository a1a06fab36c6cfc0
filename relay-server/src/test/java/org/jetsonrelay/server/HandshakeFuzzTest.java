// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.jetsonrelay.server.fuzz.Fuzz;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.junit.jupiter.api.Test;

/// Handshakes of any shape, over real sockets: an HTTP answer, an upgrade or the end, and the relay
/// serves the next one. Far fewer than of the others: each is a connection.
class HandshakeFuzzTest {

  @Test
  void answersOrEndsWhateverAHandshakeLooksLike() throws IOException {
    try (TestRelay relay = TestRelay.start("MAX_CLIENTS", "5000")) {
      Fuzz.of("handshake")
          .from(RawWebSocket.handshake("/ws"))
          .from(RawWebSocket.handshake("/ws?token=x", "Sec-WebSocket-Protocol: a, b"))
          .from(
              RawWebSocket.handshake("/ws", "Origin: http://localhost", "Authorization: Bearer x"))
          .from("GET /cameras/front/snapshot.jpg?maxAge=5&wait=1 HTTP/1.1\r\nHost: x\r\n\r\n")
          .words("\r\n", "Upgrade: ", "websocket", "Sec-WebSocket-Key: ", "13", "HTTP/1.1", "%00")
          .executions(1_000)
          .run(input -> visit(relay.port(), input));
      await().atMost(20, SECONDS).until(() -> relay.openSessions() == 0);
      try (RawWebSocket next = relay.raw()) {
        next.socket().getOutputStream().flush();
      }
    }
  }

  private static void visit(int port, byte[] input) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(input);
      socket.shutdownOutput();
      socket.setSoTimeout(10_000);
      InputStream in = socket.getInputStream();
      byte[] answer = in.readNBytes(4);
      if (answer.length == 4 && !"HTTP".equals(new String(answer, StandardCharsets.US_ASCII))) {
        throw new AssertionError("the answer is not HTTP");
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("neither answered nor ended", e);
    } catch (SocketException reset) {
      // an end, too
    }
  }
}
