// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.helidon.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookTest {

  private final Queue<String> taken = new ConcurrentLinkedQueue<>();

  private HttpServer server(int status) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/hook",
        exchange -> {
          taken.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static String address(int port) {
    return "http://127.0.0.1:" + port + "/hook?key=s3cret";
  }

  @Test
  void isToldWhenAWatchedCameraStopsAndWhenItIsBack() throws IOException {
    HttpServer server = server(204);
    try (TestRelay relay =
        TestRelay.start(
            "WEBHOOK_URL", address(server.getAddress().getPort()), "STALE_AFTER", "200ms")) {
      TestClient camera = relay.camera("front");
      TestClient viewer = relay.client().asViewer(",\"features\":[\"camera_events\"]");
      viewer.nextJson("camera_list");
      viewer.watch();
      camera.awaitText("start_streaming");
      camera.send(Jpegs.jpeg(1_000, 1));

      await().atMost(10, SECONDS).until(() -> taken.size() == 1);
      JsonObject stale = TestClient.json(taken.remove());
      assertThat(stale.keysAsStrings())
          .containsExactly("event", "camera", "sequence", "lastFrameAgeMs", "viewers", "timestamp");
      assertThat(stale.stringValue("event", "")).isEqualTo("camera_stale");
      assertThat(stale.stringValue("camera", "")).isEqualTo("front");
      assertThat(stale.longValue("sequence", -1)).isEqualTo(1);
      JsonObject health = TestClient.json(relay.get("/health").body());
      assertThat(health.stringValue("status", "")).isEqualTo("degraded");
      assertThat(relay.get("/health").statusCode()).isEqualTo(200);
      await()
          .atMost(10, SECONDS)
          .untilAsserted(() ->
              assertThat(relay.get("/observe/metrics").body())
                  .contains("\nrelay_cameras{state=\"stale\"} 1\n")
                  .contains("\nrelay_degraded 1\n")
                  .contains("\nrelay_webhook_events_total{outcome=\"delivered\"} 1\n"));

      await()
          .atMost(10, SECONDS)
          .until(() -> {
            camera.send(Jpegs.jpeg(1_000, 2)); // a camera that is back goes on sending
            return taken.size() == 1;
          });
      assertThat(taken.remove()).contains("\"camera_live\"");
      viewer.ignoreTheRest();
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aHookThatRefusesOrIsNotThereIsCountedAndNothingElse() throws IOException {
    HttpServer server = server(500);
    try (Webhook hook =
        new Webhook(URI.create(address(server.getAddress().getPort())), Duration.ofSeconds(5))) {
      hook.tell("{}");
      await().atMost(10, SECONDS).until(() -> hook.failed() == 1);
      server.stop(0);
      hook.tell("{}");
      await().atMost(10, SECONDS).until(() -> hook.failed() == 2);
      assertThat(hook.delivered()).isZero();
    }
  }

  @Test
  void whoTellsNeverWaitsAndOnlySoManyEventsDo() throws IOException {
    // Connects and never answers.
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Webhook hook =
            new Webhook(URI.create(address(silent.getLocalPort())), Duration.ofSeconds(30))) {
      hook.tell("{}");
      await().atMost(10, SECONDS).until(() -> hook.waiting() == 0);
      for (int i = 0; i < Webhook.WAITING; i++) {
        hook.tell("{}");
      }
      assertThat(hook.failed()).isZero();
      hook.tell("{}");
      assertThat(hook.failed()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"nowhere", "ftp://nowhere/x", "http:///x", "http://a b/s3cret", "/s3cret"})
  void refusesAnAddressThatIsNoneWithoutRepeatingIt(String text) {
    Map<String, String> given = Map.of("WEBHOOK_URL", text);
    assertThatExceptionOfType(SettingsException.class)
        .isThrownBy(() -> RelaySettings.read(new SettingsReader(given::get)))
        .satisfies(e -> assertThat(e.getMessage()).contains("WEBHOOK_URL").doesNotContain(text));
  }
}
