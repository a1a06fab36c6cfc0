// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The time a connection has for its first request.
class HandshakeLimitTest {
  private final TestRelay relay = TestRelay.start("HANDSHAKE_LIMIT", "500ms");

  @AfterEach
  void stop() {
    relay.close();
  }

  private static void expectTimeout(RawWebSocket client) throws IOException {
    assertThat(client.readResponse())
        .startsWith("HTTP/1.1 408 Request Timeout\r\n")
        .contains("Connection: close\r\n")
        .endsWith(
            "{\"error\":\"request_timeout\",\"message\":\"The request took too long to come\"}");
    assertThat(client.readToEnd()).hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void answers408ToAConnectionThatSaysNothing() throws IOException {
    try (RawWebSocket client = RawWebSocket.connect(relay.port())) {
      expectTimeout(client);
    }
  }

  @Test
  void answers408ToHalfARequest() throws IOException {
    try (RawWebSocket client = RawWebSocket.connect(relay.port())) {
      String whole = RawWebSocket.handshake("/ws");
      client.send(whole.substring(0, whole.length() - 2));
      expectTimeout(client);
    }
  }

  @Test
  void answers408ToADribbleThatNeverPauses() throws IOException {
    try (RawWebSocket client = RawWebSocket.connect(relay.port())) {
      client.send("GET /ws HTTP/1.1\r\nX: ");
      await()
          .pollInterval(Duration.ofMillis(20))
          .atMost(10, SECONDS)
          .until(() -> {
            try {
              client.send("x");
            } catch (SocketException refused) {
              return true;
            }
            return client.socket().getInputStream().available() > 0;
          });
      assertThat(client.readHead()).startsWith("HTTP/1.1 408 ");
    }
  }

  @Test
  void leavesAloneWhoeverWasInTime() throws IOException {
    TestClient early = relay.client().asViewer();
    try (RawWebSocket http = RawWebSocket.connect(relay.port());
        RawWebSocket nobody = RawWebSocket.connect(relay.port())) {
      String request = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
      http.send(request);
      assertThat(http.readResponse()).startsWith("HTTP/1.1 200 ");
      expectTimeout(nobody);
      // The limit has passed for all three.
      http.send(request);
      assertThat(http.readResponse()).startsWith("HTTP/1.1 200 ");
      early.assertExhausted();
    }
  }
}
