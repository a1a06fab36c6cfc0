// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A client that behaves on the wire as `dart:io`'s WebSocket does, and so as a Flutter app: header
/// names in lower case, a `content-length: 0`, no Origin, compression offered in each handshake,
/// empty pings of its own, and a close frame without a code when none was given.
@Timeout(60)
final class DartClientTest {

  private static final byte[] JPEG = PictureRelay.jpeg(4_000, 1);

  private static RawWebSocket connect(PictureRelay relay, String more) throws IOException {
    RawWebSocket socket =
        relay.raw(
            "GET /ws HTTP/1.1\r\n"
                + "user-agent: Dart/3.5 (dart:io)\r\n"
                + "connection: Upgrade\r\n"
                + "cache-control: no-cache\r\n"
                + "accept-encoding: gzip\r\n"
                + "content-length: 0\r\n"
                + "sec-websocket-version: 13\r\n"
                + more
                + "host: 127.0.0.1:"
                + relay.port()
                + "\r\n"
                + "sec-websocket-extensions: permessage-deflate; client_max_window_bits\r\n"
                + "sec-websocket-key: 3vSbEwCJzLNBs4BRLdDXmg==\r\n"
                + "upgrade: websocket\r\n\r\n");
    String head = socket.readHead();
    assertThat(head).startsWith("HTTP/1.1 101 ");
    assertThat(head.toLowerCase(Locale.ROOT))
        .doesNotContain("sec-websocket-extensions")
        .doesNotContain("sec-websocket-protocol");
    assertThat(socket.read().text()).contains("\"welcome\"");
    return socket;
  }

  private static void register(RawWebSocket app, String more) throws IOException {
    app.text("{\"type\":\"client_type\",\"clientType\":\"flutter\"" + more + "}");
    assertThat(app.read().text()).contains("registration_success");
  }

  /// The next message that is not the relay's own ping; pings are answered on the way.
  private static RawWebSocket.Received message(RawWebSocket app) throws IOException {
    RawWebSocket.Received received = app.read();
    while (received.opcode() == RawWebSocket.PING) {
      app.frame(RawWebSocket.PONG, received.payload());
      received = app.read();
    }
    return received;
  }

  @Test
  void watchesACamera() throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of());
        RawWebSocket camera = relay.camera("front");
        RawWebSocket app = connect(relay, "")) {
      register(app, ",\"features\":[\"frame_details\"]");
      app.text("{\"type\":\"request_stream\",\"cameras\":[\"front\"]}");
      await().until(() -> relay.text("/stats").contains("\"cameras\":[\"front\"]"));
      for (int i = 1; i <= 5; i++) {
        camera.frame(RawWebSocket.BINARY, JPEG);
        RawWebSocket.Received metadata = message(app);
        assertThat(metadata.opcode()).isEqualTo(RawWebSocket.TEXT);
        assertThat(metadata.text())
            .contains("\"image_frame\"")
            .contains("\"camera\":\"front\"")
            .contains("\"sequence\":" + i);
        RawWebSocket.Received image = message(app);
        assertThat(image.opcode()).isEqualTo(RawWebSocket.BINARY);
        assertThat(image.first() & 0x70).as("no compression bit").isZero();
        assertThat(image.payload()).isEqualTo(JPEG);
      }
    }
  }

  @Test
  void itsEmptyPingsAreAnswered() throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of());
        RawWebSocket app = connect(relay, "")) {
      for (int i = 0; i < 3; i++) {
        app.frame(RawWebSocket.PING, new byte[0]);
        RawWebSocket.Received pong = message(app);
        assertThat(pong.opcode()).isEqualTo(RawWebSocket.PONG);
        assertThat(pong.payload()).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 1001, 3000, 4999})
  void itsCloseIsAnsweredWithItsOwnCode(int code) throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of());
        RawWebSocket app = connect(relay, "")) {
      register(app, "");
      app.close(code, "app closed");
      RawWebSocket.Received close = message(app);
      assertThat(close.opcode()).isEqualTo(RawWebSocket.CLOSE);
      assertThat(close.closeCode()).isEqualTo(code);
      assertThat(app.readToEnd()).isEmpty();
    }
  }

  @Test
  void aCloseWithoutACodeIsAnsweredToo() throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of());
        RawWebSocket app = connect(relay, "")) {
      app.frame(RawWebSocket.CLOSE, new byte[0]);
      assertThat(message(app).opcode()).isEqualTo(RawWebSocket.CLOSE);
      assertThat(app.readToEnd()).isEmpty();
    }
  }

  @Test
  void seesWhyItWasClosed() throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of("VIEW_TOKEN", "see"))) {
      try (RawWebSocket app = connect(relay, "")) {
        app.text("{\"type\":\"client_type\",\"clientType\":\"flutter\",\"token\":\"wrong\"}");
        RawWebSocket.Received received = message(app);
        while (received.opcode() != RawWebSocket.CLOSE) {
          received = message(app);
        }
        assertThat(received.closeCode()).isEqualTo(4401);
      }
      try (RawWebSocket app = connect(relay, "authorization: Bearer see\r\n")) {
        register(app, "");
        relay.relay().close();
        assertThat(message(app).text()).contains("server_shutdown");
        assertThat(message(app).closeCode()).isEqualTo(1001);
      }
    }
  }
}
