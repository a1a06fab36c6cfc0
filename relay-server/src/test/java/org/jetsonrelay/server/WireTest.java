// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Locale;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The handshake as the whole relay answers it: what Dart, browsers and old clients send.
class WireTest {
  private final TestRelay relay = TestRelay.start();

  @AfterEach
  void stop() {
    relay.close();
  }

  private String head(String request) throws IOException {
    try (RawWebSocket client = RawWebSocket.connect(relay.port())) {
      client.send(request);
      return client.readHead();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
        "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover, x-webkit-y",
        "Sec-WebSocket-Protocol: chat, superchat",
        "Cache-Control: no-cache",
      })
  void declinesWhatItDoesNotSpeakByLeavingItOut(String header) throws IOException {
    assertThat(head(RawWebSocket.handshake("/ws", header)).toLowerCase(Locale.ROOT))
        .startsWith("http/1.1 101 ")
        .contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n")
        .doesNotContain("extensions", "sec-websocket-protocol");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade",
        "Upgrade: h2c, WEBSOCKET\r\nConnection: upgrade",
      })
  void findsUpgradeTokensInAnyCaseAndInLists(String lines) throws IOException {
    assertThat(
            head(
                RawWebSocket.handshake("/ws")
                    .replace("Upgrade: websocket\r\nConnection: Upgrade", lines)))
        .startsWith("HTTP/1.1 101 ");
  }

  @Test
  void refusesWhatIsNoHandshake() throws IOException {
    String right = RawWebSocket.handshake("/ws");
    assertThat(head(right.replace("Version: 13", "Version: 8"))).startsWith("HTTP/1.1 426 ");
    assertThat(head(right.replace("dGhlIHNhbXBsZSBub25jZQ==", "short")))
        .startsWith("HTTP/1.1 400 ");
    assertThat(head(RawWebSocket.handshake("/elsewhere"))).startsWith("HTTP/1.1 404 ");
    assertThat(relay.openSessions()).isZero();
  }

  @Test
  void closesWithTheCodesOfTheRfc() throws IOException {
    try (RawWebSocket client = relay.raw()) {
      client.frame(RawWebSocket.TEXT, new byte[] {'{', (byte) 0xc3, (byte) 0x28});
      assertThat(client.read().closeCode()).isEqualTo(1007);
    }
    try (RawWebSocket client = relay.raw()) {
      client.frame(3, new byte[0]);
      assertThat(client.read().closeCode()).isEqualTo(1002);
    }
    try (RawWebSocket client = relay.raw()) {
      client.close(1000, "bye");
      assertThat(client.read().closeCode()).isEqualTo(1000);
    }
  }
}
