// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Every limit on connections, handshakes and messages: met, all is well; exceeded by one, the one
/// is told and counted, and nobody else notices.
class FloodTest {

  private static final String HEALTH = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";

  private static long met(TestRelay relay, String limit) {
    Matcher line =
        Pattern.compile(
                "(?m)^relay_limits_met_total\\{[^}]*limit=\"" + limit + "\"[^}]*} ([0-9.]+)$")
            .matcher(relay.get("/observe/metrics").body());
    assertThat(line.find()).as(limit).isTrue();
    return (long) Double.parseDouble(line.group(1));
  }

  private static RawWebSocket from(TestRelay relay, String local) throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.getByName(local), 0));
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), relay.port()));
    return RawWebSocket.of(socket);
  }

  private static String health(RawWebSocket client) throws IOException {
    client.send(HEALTH);
    return client.readResponse();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void closeAll(List<RawWebSocket> clients) throws IOException {
    for (RawWebSocket client : clients) {
      client.close();
    }
  }

  @Test
  void takesAsManyConnectionsAsTheLimitAndTellsTheNextOne() throws IOException {
    try (TestRelay relay = TestRelay.start("MAX_CONNECTIONS", "5")) {
      List<RawWebSocket> clients = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        clients.add(RawWebSocket.connect(relay.port()));
        assertThat(health(clients.getLast())).startsWith("HTTP/1.1 200 ");
      }
      try (RawWebSocket sixth = RawWebSocket.connect(relay.port())) {
        assertThat(sixth.readHead())
            .startsWith("HTTP/1.1 503 ")
            .contains("Retry-After: 5\r\n")
            .contains("Connection: close\r\n");
        assertThat(sixth.readToEnd()).hasSizeLessThanOrEqualTo(1);
      }
      assertThat(health(clients.getFirst())).startsWith("HTTP/1.1 200 ");
      closeAll(clients);
      await().atMost(10, SECONDS).ignoreExceptions().until(() -> met(relay, "connections") >= 1);
    }
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "there all of 127.0.0.0/8 is this machine")
  void oneAddressCannotTakeThePlaceOfOthers() throws IOException {
    try (TestRelay relay =
        TestRelay.start("MAX_CONNECTIONS_PER_ADDRESS", "3", "LIMIT_LOOPBACK", "on")) {
      List<RawWebSocket> greedy = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        greedy.add(from(relay, "127.0.0.2"));
        assertThat(health(greedy.getLast())).startsWith("HTTP/1.1 200 ");
      }
      try (RawWebSocket fourth = from(relay, "127.0.0.2");
          RawWebSocket other = from(relay, "127.0.0.3")) {
        assertThat(fourth.readHead()).startsWith("HTTP/1.1 503 ");
        assertThat(health(other)).startsWith("HTTP/1.1 200 ");
      }
      greedy.removeLast().close();
      await()
          .atMost(10, SECONDS)
          .ignoreExceptions()
          .until(() -> {
            try (RawWebSocket again = from(relay, "127.0.0.2")) {
              return health(again).startsWith("HTTP/1.1 200 ");
            }
          });
      closeAll(greedy);
      assertThat(met(relay, "connections_per_address")).isPositive();
    }
  }

  @Test
  void thisMachineItselfIsSparedUnlessTold() throws IOException {
    try (TestRelay relay = TestRelay.start("MAX_CONNECTIONS_PER_ADDRESS", "1")) {
      List<RawWebSocket> clients = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        clients.add(RawWebSocket.connect(relay.port()));
        assertThat(health(clients.getLast())).startsWith("HTTP/1.1 200 ");
      }
      closeAll(clients);
    }
  }

  @Test
  void anAddressShakesHandsAsOftenAsItMayAndIsThenToldWhenToComeBack() throws IOException {
    try (TestRelay relay =
        TestRelay.start("MAX_HANDSHAKES_PER_MINUTE", "4", "LIMIT_LOOPBACK", "on")) {
      for (int i = 0; i < 4; i++) {
        relay.raw().close();
      }
      try (RawWebSocket fifth = RawWebSocket.connect(relay.port())) {
        fifth.send(RawWebSocket.handshake("/ws"));
        assertThat(fifth.readResponse())
            .startsWith("HTTP/1.1 429 ")
            .containsPattern("Retry-After: (1[0-5]|[1-9])\r\n")
            .contains("too_many_requests");
      }
      try (RawWebSocket http = RawWebSocket.connect(relay.port())) {
        assertThat(health(http)).startsWith("HTTP/1.1 200 ");
      }
      assertThat(met(relay, "handshake_rate")).isEqualTo(1);
    }
  }

  @Test
  void anAddressThatGuessesTokensIsNotListenedTo() throws IOException {
    try (TestRelay relay =
        TestRelay.start(
            "VIEW_TOKEN",
            "see",
            "PUBLISH_TOKEN",
            "feed",
            "MAX_FAILURES_PER_MINUTE",
            "1",
            "LIMIT_LOOPBACK",
            "on")) {
      TestClient viewer = relay.client("?token=see").asViewer().watch().assertExhausted();
      for (int i = 0; i < 5; i++) {
        try (RawWebSocket guess = RawWebSocket.connect(relay.port())) {
          guess.send(RawWebSocket.handshake("/ws?token=guess" + i));
          assertThat(guess.readResponse()).startsWith("HTTP/1.1 401 ");
        }
        assertThat(relay.get("/cameras?token=guess" + i).statusCode()).isEqualTo(401);
      }
      // Ten in a row were listened to. From here on even the right one is not looked at.
      assertThat(relay.get("/cameras?token=see").statusCode()).isEqualTo(429);
      assertThat(relay.get("/cameras?token=see").headers().firstValue("Retry-After"))
          .hasValueSatisfying(value -> assertThat(Integer.parseInt(value)).isBetween(1, 60));
      try (RawWebSocket right = RawWebSocket.connect(relay.port())) {
        right.send(RawWebSocket.handshake("/ws?token=see"));
        assertThat(right.readResponse()).startsWith("HTTP/1.1 429 ");
      }
      TestClient inMessage = relay.client();
      inMessage.say("{\"type\":\"client_type\",\"clientType\":\"flutter\",\"token\":\"see\"}");
      inMessage.nextError("unauthorized");
      inMessage.awaitClose(4429);
      try (RawWebSocket browser = RawWebSocket.connect(relay.port())) {
        browser.send(RawWebSocket.handshake("/ws?token=see", "Origin: http://localhost"));
        assertThat(browser.readHead()).startsWith("HTTP/1.1 101 ");
        assertThat(browser.read().text()).contains("welcome");
        assertThat(browser.read().text()).contains("unauthorized");
        assertThat(browser.read().closeCode()).isEqualTo(4429);
      }
      viewer.assertExhausted();
      assertThat(met(relay, "failed_tokens")).isGreaterThanOrEqualTo(5);
    }
  }

  @Test
  void aRequestMayBeAsLongAsTheLimit() throws IOException {
    try (TestRelay relay = TestRelay.start("MAX_REQUEST_BYTES", "2000")) {
      try (RawWebSocket fits = RawWebSocket.connect(relay.port())) {
        fits.send(RawWebSocket.handshake("/ws", "X-Filler: " + "x".repeat(1_500)));
        assertThat(fits.readHead()).startsWith("HTTP/1.1 101 ");
      }
      for (String request :
          new String[] {
            RawWebSocket.handshake("/ws", "X-Filler: " + "x".repeat(2_000)),
            RawWebSocket.handshake("/ws?" + "x".repeat(2_000)),
            RawWebSocket.handshake(
                "/ws", ("X-Filler: " + "x".repeat(80) + "\r\n").repeat(30) + "A: b"),
          }) {
        try (RawWebSocket over = RawWebSocket.connect(relay.port())) {
          over.send(request);
          assertThat(over.readHead()).startsWith("HTTP/1.1 4");
        } catch (IOException cut) {
          // closed with bytes unread: the same answer, overtaken by the reset
          assertThat(cut).isNotInstanceOf(SocketTimeoutException.class);
        }
      }
      await().atMost(10, SECONDS).until(() -> met(relay, "unreadable_requests") == 3);
      relay.raw().close();
    }
  }

  @Test
  void aMessageMayTakeAsLongAsTheLimit() throws IOException {
    try (TestRelay relay = TestRelay.start("MESSAGE_LIMIT", "500ms")) {
      TestClient other = relay.viewer();
      try (RawWebSocket slow = relay.raw()) {
        slow.frame(false, RawWebSocket.TEXT, new byte[] {'{'});
        // It is alive all the while: only the message is not getting done.
        RawWebSocket.Received close =
            await()
                .pollInterval(Duration.ofMillis(50))
                .atMost(10, SECONDS)
                .until(
                    () -> {
                      slow.frame(RawWebSocket.PONG, new byte[0]);
                      return slow.socket().getInputStream().available() > 0 ? slow.read() : null;
                    },
                    received -> received != null);
        assertThat(close.closeCode()).isEqualTo(4408);
        assertThat(close.closeText()).isEqualTo("a message took too long");
      }
      other.assertExhausted();
      assertThat(met(relay, "message_age")).isEqualTo(1);
    }
  }

  @Test
  void aMessageMayHaveAsManyFragmentsAsTheLimit() throws IOException {
    try (TestRelay relay = TestRelay.start("MAX_FRAGMENTS", "3")) {
      try (RawWebSocket client = relay.raw()) {
        client.frame(false, RawWebSocket.TEXT, utf8("{\"type\":"));
        client.frame(false, RawWebSocket.CONTINUATION, utf8("\"pi"));
        client.frame(true, RawWebSocket.CONTINUATION, utf8("ng\"}"));
        assertThat(client.read().text()).contains("pong");
        client.frame(false, RawWebSocket.TEXT, new byte[0]);
        client.frame(false, RawWebSocket.CONTINUATION, new byte[0]);
        client.frame(false, RawWebSocket.CONTINUATION, new byte[0]);
        client.frame(true, RawWebSocket.CONTINUATION, new byte[0]);
        assertThat(client.read().closeCode()).isEqualTo(1009);
      }
      assertThat(met(relay, "fragments")).isEqualTo(1);
      assertThat(met(relay, "message_bytes")).isZero();
    }
  }

  @Test
  void aClientMaySayAsMuchInASecondAsTheLimit() throws IOException {
    try (TestRelay relay = TestRelay.start("MAX_CONTROL_PER_SECOND", "50")) {
      TestClient other = relay.viewer();
      for (int opcode : new int[] {RawWebSocket.PING, RawWebSocket.PONG, RawWebSocket.TEXT}) {
        try (RawWebSocket client = relay.raw()) {
          byte[] payload = opcode == RawWebSocket.TEXT ? utf8("{\"type\":\"pong\"}") : new byte[1];
          for (int i = 0; i < 50; i++) {
            client.frame(opcode, payload);
          }
          // Pictures are not counted; this one is none, which is answered.
          client.frame(RawWebSocket.BINARY, new byte[10]);
          RawWebSocket.Received answer = client.read();
          while (answer.opcode() == RawWebSocket.PONG) {
            answer = client.read();
          }
          assertThat(answer.text()).contains("not_an_image");
          // Twice as many, so that they don't fall on both sides of a second.
          for (int i = 0; i < 102; i++) {
            client.frame(opcode, payload);
          }
          answer = client.read();
          while (answer.opcode() == RawWebSocket.PONG) {
            answer = client.read();
          }
          assertThat(answer.closeCode()).isEqualTo(4429);
        } catch (SocketException reset) {
          // the rest of the flood met a closed socket
          assertThat(reset).isNotNull();
        }
      }
      await().atMost(10, SECONDS).until(() -> met(relay, "control_rate") == 3);
      other.assertExhausted();
    }
  }

  @Test
  void messagesThatAreNotCompleteMayTakeAsMuchMemoryAsTheLimit() throws IOException {
    try (TestRelay relay =
        TestRelay.start("MAX_INCOMPLETE_MIB", "1", "MAX_CAMERA_MESSAGE_BYTES", "4000000")) {
      byte[] image = Jpegs.jpeg(600_000, 1);
      try (RawWebSocket first = relay.raw();
          RawWebSocket second = relay.raw()) {
        first.frame(false, RawWebSocket.BINARY, image);
        await()
            .atMost(10, SECONDS)
            .until(() -> gauge(relay, "relay_incomplete_message_bytes") >= 600_000);
        second.frame(false, RawWebSocket.BINARY, image);
        RawWebSocket.Received close = second.read();
        assertThat(close.closeCode()).isEqualTo(1013);
        // The first one may finish, and then there is room again.
        first.frame(true, RawWebSocket.CONTINUATION, new byte[] {1});
        await()
            .atMost(10, SECONDS)
            .until(() -> gauge(relay, "relay_incomplete_message_bytes") == 0);
        first.frame(true, RawWebSocket.BINARY, image);
        first.text("{\"type\":\"ping\"}");
        assertThat(first.read().text()).contains("pong");
      }
      assertThat(met(relay, "incomplete_bytes")).isEqualTo(1);
    }
  }

  private static long gauge(TestRelay relay, String name) {
    Matcher line =
        Pattern.compile("(?m)^" + name + "(?:\\{[^}]*})? ([0-9.E]+)$")
            .matcher(relay.get("/observe/metrics").body());
    assertThat(line.find()).as(name).isTrue();
    return (long) Double.parseDouble(line.group(1));
  }
}
