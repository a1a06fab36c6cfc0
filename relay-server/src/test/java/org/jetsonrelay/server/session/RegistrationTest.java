// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jetsonrelay.server.Jpegs;
import org.jetsonrelay.server.TestClient;
import org.jetsonrelay.server.TestRelay;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// From the handshake to the first order, byte for byte as deployed clients know it.
class RegistrationTest {
  private static final String ISO = "(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z)";

  private final TestRelay relay = TestRelay.start();

  @AfterEach
  void stop() {
    relay.close();
  }

  private static Instant timeIn(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.matches()).as(text).isTrue();
    return Instant.parse(matcher.group(1));
  }

  private static void assertNow(Instant time) {
    assertThat(Duration.between(time, Instant.now()).abs()).isLessThan(Duration.ofMinutes(1));
  }

  @Test
  void welcomesBeforeAnythingElse() throws IOException {
    try (RawWebSocket client = RawWebSocket.open(relay.port(), "/ws")) {
      String welcome = client.read().text();
      assertNow(
          timeIn(
              welcome,
              "\\{\"type\":\"welcome\",\"clientId\":\"client_\\d{13}_[0-9a-z]{9}\",\"serverTime\":\""
                  + ISO
                  + "\",\"message\":\"Connected to Video Streaming Server\"}"));
    }
  }

  @Test
  void givesEachClientAnIdOfItsOwn() {
    assertThat(relay.client().id()).isNotEqualTo(relay.client().id());
  }

  @Test
  void registersOnceAndIgnoresASecondClientType() {
    TestClient client = relay.client().asViewer();
    client.say("{\"type\":\"client_type\",\"clientType\":\"jetson\"}").assertExhausted();
    client.say("{\"type\":\"client_type\",\"clientType\":\"flutter\"}").assertExhausted();
    client.say("{\"type\":\"request_stream\"}").assertExhausted();
    assertThat(relay.stats().objectValue("currentClients").orElseThrow().toString())
        .isEqualTo("{\"total\":1,\"jetson\":0,\"flutter\":1}");
  }

  @Test
  void tellsACameraToStartOnlyAfterItIsRegistered() {
    TestClient viewer = relay.viewer();
    TestClient camera = relay.client();
    camera.say("{\"type\":\"client_type\",\"clientType\":\"jetson\"}");
    assertThat(camera.awaitText("registration_success"))
        .isEqualTo(
            "{\"type\":\"registration_success\",\"clientType\":\"jetson\",\"message\":\"Registered as jetson client\"}");
    assertNow(
        timeIn(
            camera.awaitText("start_streaming"),
            "\\{\"type\":\"start_streaming\",\"requestedBy\":\""
                + viewer.id()
                + "\",\"timestamp\":\""
                + ISO
                + "\"}"));
  }

  @Test
  void servesAClientThatOnlyConnectsRegistersRequestsAndReceives() {
    TestClient camera = relay.client();
    camera.say("{\"type\":\"client_type\",\"clientType\":\"jetson\"}");
    camera.awaitText("registration_success");
    TestClient viewer = relay.client();
    viewer.say("{\"type\":\"client_type\",\"clientType\":\"flutter\"}");
    assertThat(viewer.awaitText("registration_success"))
        .isEqualTo(
            "{\"type\":\"registration_success\",\"clientType\":\"flutter\",\"message\":\"Registered as flutter client\"}");
    viewer.say("{\"type\":\"request_stream\",\"timestamp\":\"2025-08-25T06:13:46.000Z\"}");
    camera.awaitText("start_streaming");
    for (int i = 0; i < 5; i++) {
      byte[] image = Jpegs.jpeg(45_231, i);
      camera.send(image);
      TestClient.Pair pair = viewer.nextPair();
      assertThat(pair.jpeg()).isEqualTo(image);
      assertNow(
          timeIn(
              pair.text(),
              "\\{\"type\":\"image_frame\",\"from\":\""
                  + camera.id()
                  + "\",\"timestamp\":\""
                  + ISO
                  + "\",\"size\":45231}"));
    }
  }

  @Test
  void answersPingWithPongAndTakesPongSilently() {
    TestClient client = relay.client();
    client.say("{\"type\":\"ping\"}");
    assertNow(
        timeIn(client.awaitText("pong"), "\\{\"type\":\"pong\",\"timestamp\":\"" + ISO + "\"}"));
    client.say("{\"type\":\"pong\"}").assertExhausted();
  }

  @Test
  void trimsTrailingNulsAndWhiteSpace() throws IOException {
    try (RawWebSocket client = relay.raw()) {
      client.text("{\"type\":\"pong\"}\0");
      client.text("{\"type\":\"pong\"} \0\0\r\n\t\0");
      client.text("  \r\n{\"type\":\"client_type\",\"clientType\":\"flutter\"}\n\0");
      assertThat(client.read().text()).contains("registration_success");
      client.text("{\"type\":\"ping\"}\0");
      assertThat(client.read().text()).startsWith("{\"type\":\"pong\"");
    }
  }

  @Test
  void takesJsonInBinaryMessages() {
    TestClient client = relay.client();
    client.send(utf8("{\"type\":\"client_type\",\"clientType\":\"flutter\"}"));
    client.awaitText("registration_success");
    client.send(utf8("{\"type\":\"ping\"}\0"));
    client.awaitText("pong");
    // 999 bytes are JSON, 1,000 are not.
    String head = "{\"type\":\"ping\",\"x\":\"";
    client.send(utf8(head + "x".repeat(999 - head.length() - 2) + "\"}"));
    client.awaitText("pong");
    client.send(utf8(head + "x".repeat(1_000 - head.length() - 2) + "\"}"));
    client.nextError("not_a_camera");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
