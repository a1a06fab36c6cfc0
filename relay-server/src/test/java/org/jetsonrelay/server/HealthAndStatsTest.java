// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.helidon.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// `/health` and `/stats` of a relay that works, against what its clients counted.
class HealthAndStatsTest {
  private final TestRelay relay = TestRelay.start();

  @AfterEach
  void stop() {
    relay.close();
  }

  @Test
  void healthHasTheFrozenFieldsFirstAndCountsClientsByRole() {
    relay.viewer();
    relay.camera("front").awaitText("start_streaming");
    relay.client();
    HttpResponse<String> answer = relay.get("/health");
    assertThat(answer.statusCode()).isEqualTo(200);
    JsonObject health = TestClient.json(answer.body());
    assertThat(health.keysAsStrings())
        .containsSubsequence("status", "uptime", "clients", "memory", "timestamp");
    assertThat(health.stringValue("status", "")).isEqualTo("healthy");
    assertThat(health.longValue("uptime", -1)).isNotNegative();
    assertThat(health.objectValue("clients").orElseThrow().toString())
        .isEqualTo("{\"total\":3,\"jetson\":1,\"flutter\":1}");
    assertThat(health.objectValue("memory").orElseThrow().size()).isPositive();
    assertThat(Instant.parse(health.stringValue("timestamp", ""))).isBeforeOrEqualTo(Instant.now());
  }

  @Test
  void statsAgreeWithWhatClientsCounted() {
    TestClient viewer = relay.client();
    TestClient camera = relay.client();
    long messages = 0;
    long bytes = 0;
    for (String text :
        new String[] {
          "{\"type\":\"client_type\",\"clientType\":\"flutter\"}", "{\"type\":\"request_stream\"}"
        }) {
      viewer.say(text);
      messages++;
      bytes += text.length();
    }
    viewer.awaitText("registration_success");
    String hello = "{\"type\":\"client_type\",\"clientType\":\"jetson\",\"name\":\"früh\"}";
    camera.say(hello);
    camera.nextError("bad_json");
    messages++;
    bytes += hello.getBytes(StandardCharsets.UTF_8).length;
    String again = "{\"type\":\"client_type\",\"clientType\":\"jetson\",\"name\":\"front\"}";
    camera.say(again);
    camera.awaitText("registration_success");
    camera.awaitText("start_streaming");
    messages++;
    bytes += again.length();
    for (int i = 0; i < 10; i++) {
      byte[] image = Jpegs.jpeg(10_000 + i, i);
      camera.send(image);
      viewer.expectFrame(image);
      messages++;
      bytes += image.length;
    }
    await()
        .atMost(10, SECONDS)
        .until(() -> relay.onlyRow("viewers").longValue("delivered", -1) == 10);
    JsonObject stats = relay.stats();
    assertThat(stats.keysAsStrings())
        .containsSubsequence(
            "totalConnections",
            "totalMessages",
            "totalBytes",
            "startTime",
            "uptime",
            "currentClients",
            "cameras",
            "viewers");
    assertThat(stats.longValue("totalConnections", -1)).isEqualTo(2);
    assertThat(stats.longValue("totalMessages", -1)).isEqualTo(messages);
    assertThat(stats.longValue("totalBytes", -1)).isEqualTo(bytes);
    assertThat(Instant.parse(stats.stringValue("startTime", ""))).isBefore(Instant.now());
    assertThat(stats.objectValue("currentClients").orElseThrow().toString())
        .isEqualTo("{\"total\":2,\"jetson\":1,\"flutter\":1}");

    JsonObject row = relay.onlyRow("cameras");
    assertThat(row.stringValue("name", "")).isEqualTo("front");
    assertThat(row.stringValue("from", "")).isEqualTo(camera.id());
    assertThat(row.longValue("frames", -1)).isEqualTo(10);
    assertThat(row.intValue("width", -1)).isEqualTo(Jpegs.WIDTH);
    assertThat(row.intValue("height", -1)).isEqualTo(Jpegs.HEIGHT);
    assertThat(row.intValue("viewers", -1)).isEqualTo(1);
    assertThat(row.stringValue("demand", "")).isEqualTo("live");
    assertThat(row.doubleValue("fps", -1)).isPositive();
    assertThat(row.doubleValue("bytesPerSecond", -1)).isPositive();
    assertThat(row.longValue("lastFrameAgeMs", -1)).isNotNegative();

    JsonObject watching = relay.onlyRow("viewers");
    assertThat(watching.stringValue("id", "")).isEqualTo(viewer.id());
    assertThat(watching.stringValue("address", "")).startsWith("127.0.0.1:");
    assertThat(watching.arrayValue("cameras").orElseThrow().toString()).isEqualTo("[\"front\"]");
    assertThat(watching.objectValue("skipped").orElseThrow().toString())
        .isEqualTo("{\"left\":0,\"link\":0,\"rate\":0,\"stalled\":0}");
    // The frame has arrived, but whoever wrote it may not have counted it yet.
    assertThat(watching.longValue("offered", -1))
        .isEqualTo(watching.longValue("delivered", -9) + watching.longValue("waiting", -9));
    assertThat(watching.intValue("pending", -1)).isZero();
    assertThat(watching.doubleValue("deliveredFps", -1)).isPositive();
    assertThat(watching.doubleValue("bytesPerSecond", -1)).isPositive();
  }

  @Test
  void exportsTheSameCountersToPrometheusAndAnswers404Elsewhere() {
    TestClient camera = relay.camera("front");
    camera.send(Jpegs.jpeg(1_000, 1)).assertExhausted();
    HttpResponse<String> metrics = relay.get("/observe/metrics");
    assertThat(metrics.statusCode()).isEqualTo(200);
    assertThat(metrics.body()).contains("\nrelay_frames_received_total 1\n");
    assertThat(relay.get("/observe/health").statusCode()).isEqualTo(200);
    assertThat(relay.get("/nowhere").statusCode()).isEqualTo(404);
    assertThat(relay.get("/ws").statusCode()).isEqualTo(426);
    assertThat(relay.get("/").statusCode()).isEqualTo(200);
  }
}
