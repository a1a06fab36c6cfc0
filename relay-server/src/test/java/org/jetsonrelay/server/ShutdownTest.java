// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.helidon.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.junit.jupiter.api.Test;

/// The end of the relay, whatever its clients do.
class ShutdownTest {

  @Test
  void saysGoodbyeAndCloses() {
    try (TestRelay relay = TestRelay.start()) {
      TestClient viewer = relay.viewer();
      TestClient camera = relay.camera("front");
      camera.awaitText("start_streaming");
      TestClient nobody = relay.client();
      relay.shutDown();
      for (TestClient client : new TestClient[] {viewer, camera, nobody}) {
        assertThat(client.awaitText("server_shutdown"))
            .matches(
                "\\{\"type\":\"server_shutdown\",\"message\":\"Server is shutting down\","
                    + "\"timestamp\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\"}");
        client.awaitClose(1001);
      }
    }
  }

  @Test
  void endsWithinThreeSecondsWithStalledViewersAndIsUnhealthyMeanwhile()
      throws IOException, InterruptedException {
    try (TestRelay relay = TestRelay.start("PACING", "off")) {
      for (int i = 0; i < 3; i++) {
        relay.stalledViewer();
      }
      TestClient viewer = relay.viewer();
      TestClient camera = relay.camera("front");
      camera.awaitText("start_streaming");
      for (int i = 0; i < 60; i++) {
        byte[] image = Jpegs.jpeg(200_000, i);
        camera.send(image);
        viewer.expectFrame(image);
      }
      long begin = System.nanoTime();
      Thread stopping = Thread.ofPlatform().start(relay::shutDown);
      await()
          .pollInterval(Duration.ofMillis(5))
          .atMost(10, SECONDS)
          .until(() -> relay.get("/health").statusCode() == 503);
      HttpResponse<String> health = relay.get("/health");
      JsonObject body = TestClient.json(health.body());
      assertThat(body.stringValue("status", "")).isEqualTo("unhealthy");
      assertThat(body.arrayValue("reasons").orElseThrow().toString())
          .isEqualTo("[\"shutting down\"]");
      try (RawWebSocket late = RawWebSocket.connect(relay.port())) {
        late.send(RawWebSocket.handshake("/ws"));
        assertThat(late.readResponse()).startsWith("HTTP/1.1 503 ");
      }
      stopping.join(Duration.ofSeconds(20));
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
      viewer.awaitText("server_shutdown");
      viewer.awaitClose(1001);
      camera.awaitText("server_shutdown");
      camera.awaitClose(1001);
    }
  }
}
