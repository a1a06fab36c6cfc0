// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.SocketException;
import java.util.Arrays;
import java.util.logging.Level;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.jetsonrelay.server.websocket.RawWebSocket.Received;
import org.junit.jupiter.api.Test;

/// The table "Limits and closes", each row at the limit and beyond it; the handshake's time is in
/// [HandshakeLimitTest].
class LimitsTest {

  private static String ping(int bytes) {
    String head = "{\"type\":\"ping\",\"x\":\"";
    return head + "x".repeat(bytes - head.length() - 2) + "\"}";
  }

  @Test
  void closesWith1009BeyondTheSizeOfAMessage() {
    try (TestRelay relay = TestRelay.start("MAX_CAMERA_MESSAGE_BYTES", "100000")) {
      TestClient viewer = relay.viewer();
      viewer.say(ping(65_536)).awaitText("pong");
      TestClient camera = relay.camera("front");
      camera.awaitText("start_streaming");
      byte[] largest = Jpegs.jpeg(100_000, 1);
      camera.send(largest);
      viewer.expectFrame(largest);
      camera.say(ping(65_536)).awaitText("pong");
      camera.send(Jpegs.jpeg(100_001, 1));
      camera.awaitClose(1009);

      viewer.say(ping(65_537));
      viewer.awaitClose(1009);
      TestClient other = relay.client().asViewer();
      other.send(new byte[65_536]);
      other.nextError("not_a_camera");
      other.send(new byte[65_537]);
      other.awaitClose(1009);
      TestClient nobody = relay.client();
      nobody.say(ping(65_537));
      nobody.awaitClose(1009);
      TestClient talkative = relay.camera("rear");
      talkative.say(ping(65_537));
      talkative.awaitClose(1009);
    }
  }

  @Test
  void takesSixteenMebibytesFromACameraAndCountsAllFragments() throws IOException {
    try (TestRelay relay = TestRelay.start()) {
      TestClient viewer = relay.viewer();
      RawWebSocket camera = relay.raw();
      camera.text("{\"type\":\"client_type\",\"clientType\":\"jetson\"}");
      assertThat(camera.read().text()).contains("registration_success");
      assertThat(camera.read().text()).contains("start_streaming");
      byte[] largest = Jpegs.jpeg(16 << 20, 1);
      camera.frame(false, RawWebSocket.BINARY, Arrays.copyOf(largest, 1 << 20));
      camera.frame(RawWebSocket.CONTINUATION, Arrays.copyOfRange(largest, 1 << 20, largest.length));
      viewer.expectFrame(largest);
      camera.frame(false, RawWebSocket.BINARY, largest);
      camera.frame(RawWebSocket.CONTINUATION, new byte[1]);
      assertThat(camera.read().closeCode()).isEqualTo(1009);
    }
  }

  @Test
  void closesWith4408WhoDoesNotRegister() {
    try (TestRelay relay = TestRelay.start("REGISTRATION_LIMIT", "500ms")) {
      TestClient registered = relay.client().asViewer();
      TestClient camera = relay.camera("front");
      TestClient nobody = relay.client().assertExhausted();
      nobody.awaitClose(4408);
      registered.assertExhausted();
      camera.assertExhausted();
    }
  }

  @Test
  void pingsWhoIsSilentAndClosesWith4408WhoDoesNotAnswer() throws IOException {
    try (TestRelay relay = TestRelay.start("PING_PERIOD", "200ms", "SILENCE_LIMIT", "2s")) {
      // The JDK's client answers pings by itself.
      TestClient answers = relay.client().asViewer();
      RawWebSocket silent = relay.raw();
      silent.text("{\"type\":\"client_type\",\"clientType\":\"flutter\"}");
      assertThat(silent.read().text()).contains("registration_success");
      int pings = 0;
      Received next = silent.read();
      while (next.opcode() == RawWebSocket.PING) {
        pings++;
        next = silent.read();
      }
      assertThat(pings).isBetween(2, 12);
      assertThat(next.closeCode()).isEqualTo(4408);
      answers.assertExhausted();
    }
  }

  @Test
  void answers503WithRetryAfterBeyondTheNumberOfClients() throws IOException {
    try (TestRelay relay = TestRelay.start("MAX_CLIENTS", "2")) {
      TestClient first = relay.client();
      TestClient second = relay.client();
      try (RawWebSocket third = RawWebSocket.connect(relay.port())) {
        third.send(RawWebSocket.handshake("/ws"));
        assertThat(third.readResponse()).startsWith("HTTP/1.1 503 ").contains("Retry-After: ");
      }
      first.close();
      await().atMost(10, SECONDS).until(() -> relay.openSessions() == 1);
      // Counted down a moment after the session: as a client should, try again.
      await().atMost(10, SECONDS).ignoreExceptions().until(() -> relay.client() != null);
      second.assertExhausted();
      assertThat(relay.get("/health").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void closesWith4429WhoLetsTooManyControlMessagesWait() throws IOException {
    try (TestRelay relay = TestRelay.start();
        LogLines log = new LogLines("org.jetsonrelay.server.session", Level.INFO)) {
      TestClient other = relay.client().asViewer();
      for (int i = 0; i < 30; i++) {
        relay.camera("camera-with-a-name-that-makes-the-answer-long-" + i);
      }
      RawWebSocket flood = relay.raw(4096);
      flood.text("{\"type\":\"client_type\",\"clientType\":\"flutter\"}");
      assertThat(flood.read().text()).contains("registration_success");
      // The answers fill the kernel's buffers, then the relay's 256 places: exactly how many those
      // are has its test in ControlFifoTest.
      for (int i = 0; i < 3_000; i++) {
        flood.text("{\"type\":\"list_cameras\"}");
      }
      await()
          .atMost(20, SECONDS)
          .until(() -> log.lines().stream().anyMatch(line -> line.contains("left: 4429")));
      other.assertExhausted();
    }
  }

  @Test
  void cutsASocketThatTakesNothingForTooLong() throws IOException {
    try (TestRelay relay = TestRelay.start("WRITE_LIMIT", "300ms", "PACING", "off")) {
      TestClient viewer = relay.viewer();
      RawWebSocket stalled = relay.stalledViewer();
      TestClient camera = relay.camera("front");
      camera.awaitText("start_streaming");
      await().atMost(10, SECONDS).until(() -> relay.openSessions() == 3);
      int sent = 0;
      while (relay.openSessions() == 3 && sent < 500) {
        byte[] image = Jpegs.jpeg(200_000, sent++);
        camera.send(image);
        viewer.expectFrame(image);
      }
      assertThat(relay.openSessions()).isEqualTo(2);
      assertThat(endsEarly(stalled, sent * 200_000L)).isTrue();
    }
  }

  /// Whether the connection ends, in whatever way, before so many bytes have come.
  private static boolean endsEarly(RawWebSocket client, long bytes) throws IOException {
    byte[] some = new byte[64 * 1024];
    long read = 0;
    try {
      int n = client.socket().getInputStream().read(some);
      while (n >= 0 && read < bytes) {
        read += n;
        n = client.socket().getInputStream().read(some);
      }
    } catch (SocketException reset) {
      return read < bytes;
    }
    return read < bytes;
  }
}
