// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jetsonrelay.server.Jpegs;
import org.jetsonrelay.server.TestClient;
import org.jetsonrelay.server.TestRelay;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What deployed C++ cameras do, whether or not it was ever a good idea.
class OldCameraTest {
  private final TestRelay relay = TestRelay.start();

  @AfterEach
  void stop() {
    relay.close();
  }

  @Test
  void keepsTheFramesOfACameraThatStreamsUnasked() {
    TestClient camera = relay.camera("front");
    byte[] latest = Jpegs.jpeg(9_000, 2);
    camera.send(Jpegs.jpeg(9_000, 1)).send(latest).assertExhausted();
    TestClient viewer = relay.client().asViewer().watch();
    viewer.expectFrame(latest);
    camera.awaitText("start_streaming");
    byte[] next = Jpegs.jpeg(9_000, 3);
    camera.send(next);
    viewer.expectFrame(next);
  }

  @Test
  void makesACameraOfAnUnregisteredClientThatSendsAnImage() {
    TestClient viewer = relay.viewer();
    TestClient camera = relay.client();
    byte[] image = Jpegs.jpeg(2_000, 1);
    camera.send(image);
    camera.awaitText("start_streaming");
    assertThat(viewer.nextPair().json().stringValue("from", "")).isEqualTo(camera.id());
    assertThat(relay.onlyRow("cameras").stringValue("name", "")).isEqualTo(camera.id());
    viewer.assertExhausted();
  }

  @Test
  void makesNoCameraOfAnUnregisteredClientThatSendsSomethingElse() {
    TestClient client = relay.client();
    client.send("GIF89a, say".getBytes(StandardCharsets.US_ASCII));
    client.nextError("not_an_image");
    assertThat(relay.stats().arrayValue("cameras").orElseThrow().size()).isZero();
    client.asViewer();
  }

  @Test
  void takesMetadataBeforeEachImageAndRelaysNothingOfIt() throws IOException {
    TestClient viewer = relay.client().asViewer(",\"features\":[\"frame_details\"]").watch();
    RawWebSocket camera = relay.raw();
    camera.text("{\"type\":\"client_type\",\"clientType\":\"jetson\"}");
    assertThat(camera.read().text()).contains("registration_success");
    assertThat(camera.read().text()).contains("start_streaming");
    byte[] image = Jpegs.jpeg(45_231, 1);
    camera.text(
        """
        {"type":"image_data","from":"jetson-1","size":45231,"format":"jpeg",\
        "timestamp":"%d","source":"GStreamer Camera Feed"}\
        """
            .formatted(System.currentTimeMillis()));
    camera.frame(RawWebSocket.BINARY, image);
    camera.text("{\"type\":\"pong\"}\0");
    TestClient.Pair pair = viewer.nextPair();
    assertThat(pair.jpeg()).isEqualTo(image);
    assertThat(pair.json().longValue("ageMs", -1)).isBetween(0L, 10_000L);
    // Without metadata, and with a time nobody can read, the picture is worth the same.
    camera.text("{\"type\":\"image_data\",\"timestamp\":{\"no\":\"time\"},\"size\":[]}");
    camera.frame(RawWebSocket.BINARY, image);
    viewer.expectFrame(image);
    camera.frame(RawWebSocket.BINARY, image);
    viewer.expectFrame(image);
  }

  @Test
  void takesAnImageInFragmentsWithAPingInBetween() throws IOException {
    TestClient viewer = relay.viewer();
    RawWebSocket camera = relay.raw();
    camera.text("{\"type\":\"client_type\",\"clientType\":\"jetson\"}");
    assertThat(camera.read().text()).contains("registration_success");
    assertThat(camera.read().text()).contains("start_streaming");
    byte[] image = Jpegs.jpeg(50_000, 4);
    camera.frame(false, RawWebSocket.BINARY, Arrays.copyOfRange(image, 0, 20_000));
    camera.frame(RawWebSocket.PING, new byte[] {1, 2, 3});
    camera.frame(false, RawWebSocket.CONTINUATION, Arrays.copyOfRange(image, 20_000, 20_001));
    camera.frame(RawWebSocket.CONTINUATION, Arrays.copyOfRange(image, 20_001, 50_000));
    RawWebSocket.Received pong = camera.read();
    assertThat(pong.opcode()).isEqualTo(RawWebSocket.PONG);
    assertThat(pong.payload()).containsExactly(1, 2, 3);
    viewer.expectFrame(image);
  }

  @Test
  void sendsNoCommandWordByAccident() {
    TestClient camera = relay.camera("front");
    camera.say("{\"type\":\"\\\"start_streaming\\\"\"}");
    assertThat(camera.nextError("unknown_type")).contains("start_streaming");
    for (String word : new String[] {"start_streaming", "stop_streaming", "registration_success"}) {
      camera.say("{\"type\":\"" + word + "\"}");
      String error = camera.awaitText("error");
      assertThat(error).doesNotContain("\"" + word + "\"");
    }
    camera.send(new byte[] {1});
    JsonObject error = camera.nextJson("error");
    assertThat(error.stringValue("code", "")).isEqualTo("not_an_image");
  }
}
