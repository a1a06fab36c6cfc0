// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.jetsonrelay.server.websocket.RawWebSocket.handshake;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jetsonrelay.server.frame.Block;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The opening handshake (RFC 6455, section 4.2), over real sockets.
class HandshakeTest {
  private static final WebSocketSettings SETTINGS =
      new WebSocketSettings(2, 1_000, 1_000, 4, Duration.ofSeconds(2), Duration.ofSeconds(7));

  private final List<Handshake> opened = new CopyOnWriteArrayList<>();
  private final TestServer server = new TestServer(SETTINGS, new Endpoint());

  @AfterEach
  void stop() {
    server.close();
  }

  private final class Endpoint implements WebSocketEndpoint {
    @Override
    public boolean permitsOrigin(String origin, Handshake handshake) {
      return !origin.contains("evil");
    }

    @Override
    public Optional<Refusal> refuse(Handshake handshake) {
      return handshake.query().contains("refuse")
          ? Optional.of(new Refusal(401, "unauthorized", "A token is needed"))
          : Optional.empty();
    }

    @Override
    public Optional<String> subprotocol(List<String> offered, Handshake handshake) {
      return Optional.of(offered.contains("relay") ? "relay" : "not-offered");
    }

    @Override
    public Service open(WebSocket socket, Handshake handshake) {
      opened.add(handshake);
      return new Service(new Deaf(), new Mute());
    }
  }

  /// Hears nothing.
  static class Deaf implements WebSocketListener {
    @Override
    public void onText(ByteBuffer utf8) {}

    @Override
    public void onBinary(Block block, int offset, int length) {
      block.release();
    }

    @Override
    public void onPong(ByteBuffer payload) {}

    @Override
    public void onClosed(CloseReason reason) {}
  }

  /// Says nothing.
  static class Mute implements Outbox {
    @Override
    public long next(Gather out, long nowNanos) {
      return NOTHING;
    }

    @Override
    public void sent(long nowNanos) {}

    @Override
    public void discard() {}
  }

  private String answerTo(String request) throws IOException {
    try (RawWebSocket client = RawWebSocket.connect(server.port())) {
      client.send(request);
      return client.readResponse();
    }
  }

  private void expectRefusal(String request, int status, String code) throws IOException {
    String answer = answerTo(request);
    assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    assertThat(answer.toLowerCase(Locale.ROOT)).contains("content-type: application/json");
    assertThat(answer).contains("\r\n\r\n{\"error\":\"" + code + "\",\"message\":\"");
    assertThat(opened).isEmpty();
    assertThat(server.transport.connections()).isZero();
  }

  @Test
  void answersTheKeyOfTheRfc() throws IOException {
    try (RawWebSocket client = RawWebSocket.connect(server.port())) {
      client.send(
          handshake("/ws?name=front&x=a%20b", "Sec-WebSocket-Extensions: permessage-deflate"));
      String head = client.readHead();
      assertThat(head).startsWith("HTTP/1.1 101 Switching Protocols\r\n");
      assertThat(head).contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
      assertThat(head).contains("Upgrade: websocket\r\n", "Connection: Upgrade\r\n");
      assertThat(head).doesNotContain("Extensions", "Sec-WebSocket-Protocol");
      assertThat(head).endsWith("\r\n\r\n");
      await().atMost(10, SECONDS).until(() -> opened.size() == 1);
      Handshake handshake = opened.getFirst();
      assertThat(handshake.path()).isEqualTo("/ws");
      assertThat(handshake.query().get("x")).isEqualTo("a b");
      assertThat(handshake.secure()).isFalse();
      assertThat(handshake.peer().getPort()).isEqualTo(client.socket().getLocalPort());
      assertThat(handshake.toString()).doesNotContain("front");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Upgrade: websocket\r\nConnection: keep-alive, Upgrade",
        "Upgrade: WebSocket\r\nConnection: upgrade",
        "Upgrade: WEBSOCKET\r\nConnection: UPGRADE",
        "Upgrade: h2c, WebSocket\r\nConnection: Upgrade",
        "Upgrade: h2c\r\nUpgrade: websocket\r\nConnection: keep-alive\r\nConnection: Upgrade",
        "upgrade:websocket  \r\nconnection:\tUpgrade",
      })
  void findsTheTokensInAnyCaseAndInLists(String lines) throws IOException {
    try (RawWebSocket client = RawWebSocket.connect(server.port())) {
      client.send(handshake("/ws").replace("Upgrade: websocket\r\nConnection: Upgrade", lines));
      assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
    }
  }

  @Test
  void refusesWhatIsNoHandshake() throws IOException {
    String right = handshake("/ws");
    expectRefusal(right.replace("GET", "PUT"), 405, "method_not_allowed");
    expectRefusal(
        right.replace("Connection: Upgrade", "Connection: keep-alive"), 400, "bad_handshake");
    expectRefusal(right.replace("Connection: Upgrade\r\n", ""), 400, "bad_handshake");
    expectRefusal(right.replace("Version: 13", "Version: 8"), 426, "unsupported_version");
    assertThat(answerTo(right.replace("Version: 13", "Version: 8")))
        .contains("Sec-WebSocket-Version: 13\r\n");
    expectRefusal(right.replace("Sec-WebSocket-Version: 13\r\n", ""), 400, "bad_handshake");
    expectRefusal(right.replace("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ="), 400, "bad_handshake");
    expectRefusal(right.replace("dGhlIHNhbXBsZSBub25jZQ==", "%%%"), 400, "bad_handshake");
    expectRefusal(right.replaceFirst("Sec-WebSocket-Key: [^\r]*\r\n", ""), 400, "bad_handshake");
    expectRefusal(handshake("/ws", "Origin: http://evil.example"), 403, "forbidden_origin");
    expectRefusal(handshake("/ws?refuse=1"), 401, "unauthorized");
    expectRefusal("GET /ws HTTP/1.1\r\nHost: localhost\r\n\r\n", 426, "upgrade_required");
  }

  @Test
  void leavesOtherPathsToHttp() throws IOException {
    assertThat(answerTo(handshake("/elsewhere"))).startsWith("HTTP/1.1 404 ");
    assertThat(answerTo(handshake("/hello"))).startsWith("HTTP/1.1 200 ").endsWith("hello");
  }

  @Test
  void takesAPermittedOriginAndOnlyAnOfferedSubprotocol() throws IOException {
    try (RawWebSocket client = RawWebSocket.connect(server.port())) {
      client.send(
          handshake("/ws", "Origin: http://good.example", "Sec-WebSocket-Protocol: chat, relay"));
      assertThat(client.readHead())
          .startsWith("HTTP/1.1 101 ")
          .contains("Sec-WebSocket-Protocol: relay\r\n");
    }
    try (RawWebSocket client = RawWebSocket.connect(server.port())) {
      client.send(handshake("/ws", "Sec-WebSocket-Protocol: chat"));
      assertThat(client.readHead())
          .startsWith("HTTP/1.1 101 ")
          .doesNotContain("Sec-WebSocket-Protocol");
    }
  }

  @Test
  void refusesOneConnectionBeyondTheLimitAndTakesTheNextAfterAnEnd() throws IOException {
    RawWebSocket first = RawWebSocket.open(server.port(), "/ws");
    try (RawWebSocket second = RawWebSocket.open(server.port(), "/ws")) {
      String refusal = answerTo(handshake("/ws"));
      assertThat(refusal).startsWith("HTTP/1.1 503 ").contains("Retry-After: 7\r\n");
      assertThat(refusal).contains("\"too_many_clients\"");
      first.close();
      await().atMost(10, SECONDS).until(() -> server.transport.connections() == 1);
      try (RawWebSocket third = RawWebSocket.open(server.port(), "/ws")) {
        assertThat(server.transport.connections()).isEqualTo(2);
        assertThat(third.socket().isConnected()).isTrue();
        assertThat(second.socket().isConnected()).isTrue();
      }
    }
    await().atMost(10, SECONDS).until(() -> server.transport.connections() == 0);
  }

  @Test
  void forgetsTheChannelsOfPlainHttp() throws IOException {
    for (int i = 0; i < 2 * CapturedChannels.MIN_SWEEP + 10; i++) {
      assertThat(answerTo("GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
          .endsWith("hello");
    }
    assertThat(server.transport.unclaimed()).isLessThanOrEqualTo(CapturedChannels.MIN_SWEEP + 8);
  }
}
